{{- define "reward-server.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Room is left for the longest suffix, "-connection". */}}
{{- define "reward-server.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "reward-server.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "reward-server.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "reward-server.selectorLabels" -}}
app.kubernetes.io/name: {{ include "reward-server.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- /* Of the pod of helm test, which the Service must not select. */}}
{{- define "reward-server.connectionLabels" -}}
app.kubernetes.io/name: {{ printf "%s-connection" (include "reward-server.name" . | trunc 52) | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "reward-server.labels" -}}
{{- $own := dict "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
  "app.kubernetes.io/version" (.Values.image.tag | default .Chart.AppVersion | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/part-of" "reward-server" }}
{{- include "reward-server.selectorLabels" . | fromYaml | mergeOverwrite (deepCopy .Values.commonLabels) $own | toYaml }}
{{- end }}

{{- define "reward-server.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "reward-server.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "reward-server.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- /* A process for each core that the container may use: "1500m" -> 2, "2" -> 2. */}}
{{- define "reward-server.workers" -}}
{{- $resources := .Values.resources | default dict }}
{{- $cpu := dig "limits" "cpu" (dig "requests" "cpu" "" $resources) $resources | toString }}
{{- if .Values.workers }}
{{- int .Values.workers }}
{{- else if not $cpu }}
{{- fail "workers: say how many, or give resources.limits.cpu to derive it from" }}
{{- else if hasSuffix "m" $cpu }}
{{- max 1 (divf (trimSuffix "m" $cpu | float64) 1000 | ceil | int) }}
{{- else }}
{{- max 1 ($cpu | float64 | ceil | int) }}
{{- end }}
{{- end }}

{{- /* preStop, then the drain, then uvicorn's 5 s for the last replies, and 5 s to spare. */}}
{{- define "reward-server.gracePeriod" -}}
{{- if not (kindIs "invalid" .Values.terminationGracePeriodSeconds) }}
{{- int .Values.terminationGracePeriodSeconds }}
{{- else }}
{{- add (int .Values.preStopSeconds) (.Values.settings.drain_seconds | default 25 | float64 | ceil | int) 10 }}
{{- end }}
{{- end }}

{{- define "reward-server.tokensSecret" -}}
{{- if .Values.tokens.existingSecret }}
{{- .Values.tokens.existingSecret }}
{{- else if .Values.tokens.values }}
{{- include "reward-server.fullname" . }}-tokens
{{- end }}
{{- end }}

{{- /* config.toml. A JSON value of these kinds is a TOML value too. */}}
{{- define "reward-server.config" -}}
{{- range $name, $value := omit .Values.settings "profile" }}
{{ $name }} = {{ toJson $value }}
{{- end }}
{{- with .Values.settings.profile }}
profile = {{ hasKey $.Values.profiles . | ternary (printf "/etc/reward-server/%s.toml" .) . | toJson }}
{{- end }}
{{- with .Values.profiles }}
profiles = [{{ range $index, $name := keys . | sortAlpha }}{{ if $index }}, {{ end }}{{ printf "/etc/reward-server/%s.toml" $name | toJson }}{{ end }}]
{{- end }}
{{- end }}

{{- define "reward-server.networksVolume" -}}
{{- $networks := .Values.networks }}
{{- if eq $networks.source "files" }}
configMap:
  name: {{ include "reward-server.fullname" . }}-networks
  items:
    {{- range $name, $_ := $networks.files }}
    - key: {{ printf "%s.json" (replace "/" "." $name) | quote }}
      path: {{ printf "%s.json" $name | quote }}
    {{- end }}
{{- else if eq $networks.source "configMap" }}
configMap:
  name: {{ $networks.configMap.name | quote }}
  items: {{- toYaml $networks.configMap.items | nindent 4 }}
{{- else if eq $networks.source "claim" }}
persistentVolumeClaim:
  claimName: {{ $networks.claim.name | quote }}
  readOnly: true
{{- else if eq $networks.source "initContainer" }}
emptyDir:
  sizeLimit: {{ $networks.initContainer.sizeLimit | quote }}
{{- end }}
{{- end }}

{{- /* A constraint without labelSelector spreads the release's own pods. */}}
{{- define "reward-server.topologySpread" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "reward-server.selectorLabels" . | fromYaml)) }}
{{- $spread := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $spread = append $spread (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $own)) }}
{{- end }}
{{- toYaml $spread }}
{{- end }}
