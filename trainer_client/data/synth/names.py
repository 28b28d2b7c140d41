"""Names of places that do not exist, in several scripts, none of a city to be taken for another.

A tongue makes a name of a head and a tail, now and then with a word before or after it. A name is
kept if the reward's own folding and its search for near misses tell it from all others.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from reward_server.core.transit import names as text
from reward_server.core.transit import readings
from reward_server.core.transit.name_index import CLEARLY, CLOSE

#: Two names are at most so similar: a slip in one, and it is still no slip in the other.
MOST_ALIKE = CLOSE - 2 * CLEARLY
_PATIENCE = 60  # names thrown away before a word is added to each


@dataclass(frozen=True, slots=True)
class Tongue:
    """How the names of a country are made."""

    country: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    joint: str = " "
    """Between a name and a word before or after it."""
    station: str = " Station"
    """What every station's name ends with, as ReasonMap's do; a map leaves it out."""
    lines: tuple[str, ...] = ("Line {n}", "M{n}", "Line {letter}", "{colour} Line", "{name} Line")
    latin: tuple[str, ...] = ()
    """Heads and tails of the city's own name in the letters of a file's, where others are used."""


def _of(words: str) -> tuple[str, ...]:
    return tuple(words.replace("_", " ").split("|"))


TONGUES: tuple[Tongue, ...] = (
    Tongue(
        "halvard",
        _of(
            "Bjørk|Sten|Fjell|Grøn|Lind|Hav|Skog|Ulv|Øster|Kvern|Rød|Svart|Hvit|Eik|Alm|Brenn|Gran|"
            "Furu|Elve|Tårn|Konge|Munke|Smed|Møll|Kirke|Torv|Sjø|Vest|Høy|Djup|Lang|Kalv|Ravn|Ørn|"
            "Hval|Sild|Tjær|Glass|Kobber|Sølv|Jern|Tegl|Måne|Sol|Vinter|Sommer|Hauk|Gås|Trane|Rug"
        ),
        _of(
            "vik|sund|berg|dal|nes|havn|lund|by|ås|torp|holm|strand|bru|mo|fors|vang|stad|gård|"
            "voll|haug|kleiva|myra|tangen|heia|sletta|hamna"
        ),
        after=_of("torg|kirke|allé|plass|bryggen|park|øst|vest"),
        lines=("Line {n}", "T{n}", "Linje {n}", "{colour} Line", "{name}banen"),
    ),
    Tongue(
        "wexmoor",
        _of(
            "Ash|Mill|Raven|Oak|Stone|Black|Wind|Fen|Har|Elm|Copper|Glass|Thorn|Wren|Marl|Kings|"
            "Abbots|Hazel|Silver|Cold|Amber|Long|Swan|Fox|Otter|Bram|Clay|Dun|Eller|Finch|Gold|"
            "Hollow|Ivy|Juniper|Kestrel|Lark|Moss|Nettle|Pel|Quarry|Rook|Salt|Tanner|Under|Whit|"
            "Yar|Bell|Candle|Drake|Falcon"
        ),
        _of(
            "brook|ford|gate|wick|ham|ton|bury|field|mere|ley|cross|hill|wood|bridge|stead|haven|"
            "worth|combe|dale|moor|well|mouth|minster|holt|grove|reach"
        ),
        before=_of("Upper|Old|Great|Little|St|Port|East|West"),
        after=_of(
            "Road|Park|Junction|Square|Quay|Market|Gardens|Lane|Docks|Arcade|Common|Heath|Town|"
            "Central|Hospital|University|Stadium|Museum|Airport|Theatre"
        ),
    ),
    Tongue(
        "serranova",
        _of(
            "Corv|Almeid|Beren|Tav|Lour|Cast|Figueir|Olivár|Pedr|Font|Rib|Serr|Vald|Carv|Mour|Pal|"
            "Nogu|Lag|Bar|Quint|Azinh|Cerv|Mont|Sobr|Trav|Gond|Sald|Marv|Ferr|Esc|Amor|Lob|Vim|Pin|"
            "Cam|Torr|Rom|Alv|Cedr|Malv|Jun|Zamb|Ourém|Silv|Tâm|Vér|Góis|Brag|Coimb|Évor"
        ),
        _of(
            "eira|ães|osa|ão|ilha|edo|ança|ense|ares|inho|alva|esca|ona|uela|adouro|ital|ório|êdo|"
            "antes|ínia"
        ),
        before=_of(
            "São|Santa|Vila|Monte|Praça|Ponte|Campo|Porto|Jardim|Alto|Fonte|Quinta_da|Rua_da|"
            "Mercado|Estádio|Santo|Cais_de|Parque"
        ),
        after=_of("Norte|Velha|Nova|do_Mar|da_Serra"),
    ),
    Tongue(
        "krasov",
        _of(
            "Hrad|Břez|Čern|Vlč|Kost|Zel|Jas|Lip|Mlad|Růž|Dub|Křiž|Sokol|Bor|Stař|Hav|Kun|Ol|Pst|"
            "Rak|Sviň|Trn|Úst|Vrb|Žel|Šternb|Ryb|Pek|Ov|Něm|Mik|Louž|Kam|Jel|Hol|Dol|Cih|Buk|Tkal|"
            "Zvon|Štěp|Řep|Ptač|Orl|Nádr|Med|Led|Jezd|Hvězd|Drah"
        ),
        _of(
            "ovice|ínov|anky|ná|ecká|ovka|iště|ník|kov|šov|ěves|hrad|ov|ín|ohrady|omost|ostrov|"
            "ov_brod|ohora|otín"
        ),
        before=_of("Nové|Staré|Horní|Dolní|Malá|Velké"),
        after=_of("náměstí|nádraží|most|park|sídliště|hřbitov"),
        lines=("Line {letter}", "M{n}", "Linka {n}", "{colour} Line", "Line {n}"),
    ),
    Tongue(
        "altinyurt",
        _of(
            "Kız|Gül|Ağa|Çam|Yeni|Taş|Göl|Bağ|Kara|Ak|Şeh|Ören|Değir|Üç|Gümüş|Altın|Demir|Kuş|Ceviz|"
            "Söğüt|Çınar|Kavak|Yıldız|Güneş|Ay|Deniz|Irmak|Kum|Toprak|Boz|Sarı|Yeşil|Mavi|Kızıl|"
            "Bey|Hatun|Paşa|Usta|Çiçek|Elma|Fındık|İncir|Kiraz|Nar|Zeytin|Köprü|Kule|Saray|Hisar"
        ),
        _of(
            "köy|tepe|dağ|bahçe|pınar|dere|kent|ova|yurt|men|yolu|kapı|burnu|çeşme|yayla|ağaç|su|"
            "meydan|konak|liman"
        ),
        after=_of("İskele|Çarşı|Durağı|Parkı|Stadı|Camii|Hastane"),
        lines=("M{n}", "Line {n}", "{colour} Line", "T{n}", "Hat {n}"),
    ),
    Tongue(
        "severyan",
        _of(
            "Берёз|Сосн|Камен|Зелен|Верх|Лугов|Мельн|Кузн|Рыб|Солн|Вишн|Дуб|Журавл|Заречн|Ключ|Липов|"
            "Медвед|Озёр|Песч|Родник|Северн|Тих|Ясен|Холм|Цвет|Черн|Щук|Яблон|Бобр|Волч|Гончар|Дрозд|"
            "Елов|Жемчуж|Звёзд|Ив|Калин|Лебед|Малин|Орех|Полын|Рябин|Сокол|Тополь|Уголь|Хлеб|Шахт"
        ),
        _of("овка|ино|ск|город|поле|ово|ец|ная|ники|ищево|енск|овский_мост|овая|аново|ичи|еево|ань"),
        before=_of("Новая|Старая|Улица|Проспект|Площадь"),
        after=_of("Парк|Вокзал|Порт|Рынок|Застава"),
        station="",
        lines=("Линия {n}", "Line {n}", "M{n}", "{name} линия"),
        latin=_of("Berez|Sosn|Kamen|Zelen|Lugov|Meln|Kuzn|Solnech|Vishn|Dubrov|Zarech|Yasen||"
                  "ovka|ino|sk|grad|polye|ovo|ets|naya|niki|anovo"),
    ),
    Tongue(
        "thalassia",
        _of(
            "Πευκ|Λευκ|Χρυσ|Μαυρ|Πετρ|Αμπελ|Ελαι|Καστρ|Μυλ|Νερ|Παλαι|Ροδ|Σταυρ|Τυρ|Φων|Ψαρ|Ανεμ|Βουν|"
            "Γαλαν|Δαφν|Ευκαλυπτ|Ζευγ|Ηλι|Θυμαρ|Ιτ|Κυπαρισσ|Λιθ|Μελισσ|Ναυαρχ|Ξυλ|Ορεινο|Πλαταν|Ρεματ|"
            "Σκαλ|Τριανταφυλλ|Υακινθ|Φοινικ|Χελιδον|Ωραι|Αργυρ|Βαθ|Γερακ|Δροσ|Καλαμ"
        ),
        _of("οχώρι|όπολη|ονήσι|άδα|ώνα|ούπολη|οβούνι|οπόταμος|άκι|όκαμπος|ότοπος|ιά|όλοφος|όσπιτο"),
        before=_of("Άγιος|Νέα|Άνω|Κάτω|Πλατεία|Λεωφόρος"),
        after=_of("Λιμάνι|Πάρκο|Αγορά|Στάδιο"),
        station="",
        lines=("Γραμμή {n}", "Line {n}", "M{n}"),
        latin=_of("Pefk|Lefk|Chrys|Mavr|Petr|Ampel|Kastr|Rod|Anem|Dafn|Thymar|Melis||"
                  "ochori|opoli|onisi|ada|ona|ovouni|opotamos|aki|okampos"),
    ),
    Tongue(
        "qinghe",
        _of(
            "青松|白鹤|柳溪|龙泉|金沙|玉兰|石桥|桃源|梅岭|清风|红枫|长宁|宝塔|安居|永丰|和顺|兴隆|文昌|天河|星辰|"
            "月牙|海棠|湖滨|江湾|沙洲|杨林|竹园|凤凰|翠屏|枫叶|梧桐|瑞祥|康乐|泰和|华锦|嘉禾|锦绣|银杏|紫荆|碧波|"
            "云台|双塔|三元|百花|千灯|万寿|芳草|茶山|荷塘|菊香|莲池|麦田|牡丹|琴台|秋水|书院|水车|铁岭|望江|雁栖"
        ),
        _of("门|桥|路|街|山|湖|园|湾|村|镇|塘|岭|庄|坊|台|洲|口|寺|港|渡|坪|滩|营|堡|苑|大道|广场|公园|新城|中路"),
        before=_of("东|西|南|北|新|上|下|大"),
        after=_of("东|西|南|北"),
        joint="",
        station="站",
        lines=("{n}号线", "Line {n}", "{n}号线"),
        latin=_of("Qing|Bai|Long|Jin|Yu|Shi|Tao|Mei|Hong|Chang|Xing|Wen|Yun|Rui||"
                  "song|he|quan|sha|lan|qiao|yuan|ling|feng|ning|chang|tai|zhou|an"),
    ),
    Tongue(
        "hanazono",
        _of(
            "桜|緑|青葉|白鳥|松|竹|梅|若葉|高|大|小|石|川|山|森|花|月|星|藤|菊|柳|桐|椿|鶴|亀|鷹|雪|霧|朝日|夕|"
            "金|銀|米|塩|茶|水|泉|岩|砂|草|笹|楠|杉|栗|桃|柿|麦|糸|矢|弓"
        ),
        _of("ヶ丘|町|台|橋|谷|原|浜|坂|島|沢|野|崎|里|宿|塚|池|園|ノ木|ヶ崎|屋敷|寺前|神社前|公園|通り|学園前"),
        before=_of("新|東|西|南|北|上|下|本"),
        after=_of("一丁目|駅前|中央|市場"),
        joint="",
        station="",
        lines=("{name}線", "Line {n}", "Line {letter}"),
        latin=_of("Saku|Mido|Aoba|Matsu|Take|Ume|Waka|Taka|Ishi|Mori|Hana|Tsuki|Fuji||"
                  "gaoka|machi|dai|bashi|tani|hara|hama|zaka|shima|zawa|no|saki"),
    ),
)  # fmt: skip

_COLOURS = _of("Red|Blue|Green|Orange|Purple|Yellow|Brown|Pink")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWYZ"  # X is the prompt's placeholder, I and O are digits


class Apart:
    """Names of one kind, each told from all others."""

    def __init__(self, fold: Callable[[str], str], *, marks: bool) -> None:
        self._fold = fold
        self._marks = marks
        self._keys: dict[str, str] = {}

    def add(self, name: str) -> bool:
        """Keep a name, unless it is too near to one of those kept before; whether it was kept.

        With ``marks``, names such as "Line 1" and "Line 11" are apart by their digits.
        """
        key = self._fold(name)
        if key in self._keys or not text.is_name(name) or text.is_placeholder(name):
            return False
        if readings.may_be_misspelt(key):
            near = process.extract(
                key, list(self._keys), scorer=fuzz.ratio, score_cutoff=MOST_ALIKE, limit=None
            )
            marks = readings.distinguishing_marks(name)
            for other, _, _ in near:
                if not self._marks or marks == readings.distinguishing_marks(self._keys[other]):
                    return False
        self._keys[key] = name
        return True


def tongue_of(chance: random.Random) -> Tongue:
    """One of the tongues."""
    return chance.choice(TONGUES)


def station_names(tongue: Tongue, count: int, chance: random.Random) -> list[str]:
    """Names for the stations of a city, as ReasonMap spells them: with "Station", or 站."""
    apart = Apart(text.fold_station, marks=False)
    names: list[str] = []
    thrown = 0
    while len(names) < count:
        name = _place(tongue, chance, 0.22 if thrown < _PATIENCE else 0.85)
        if len(name) < 25 and apart.add(name + tongue.station):
            names.append(name + tongue.station)
            thrown = 0
        else:
            thrown += 1
    return names


def line_names(tongue: Tongue, count: int, chance: random.Random) -> list[str]:
    """Names for the lines of a city, all made in one way."""
    while True:
        pattern = chance.choice(tongue.lines)
        if "{colour}" in pattern and count > len(_COLOURS):
            continue
        if "{letter}" in pattern and count > len(_LETTERS):
            continue
        break
    apart = Apart(text.fold_line, marks=True)
    colours = iter(chance.sample(_COLOURS, len(_COLOURS)))
    names: list[str] = []
    while len(names) < count:
        name = pattern.format(
            n=len(names) + 1,
            letter=_LETTERS[len(names) % len(_LETTERS)],
            colour=next(colours) if "{colour}" in pattern else "",
            name=chance.choice(tongue.heads)
            + (chance.choice(tongue.tails) if chance.random() < 0.5 or len(names) > 8 else ""),
        )
        if apart.add(name):
            names.append(name)
    return names


def city_names(tongue: Tongue, chance: random.Random) -> Iterator[str]:
    """Names for a city, ``country/city``, in a file name's letters, one after the other."""
    heads, tails = tongue.heads, tongue.tails
    if tongue.latin:
        cut = tongue.latin.index("")
        heads, tails = tongue.latin[:cut], tongue.latin[cut + 1 :]
    while True:
        name = chance.choice(heads) + chance.choice(tails)
        if chance.random() < 0.5:
            name = chance.choice(heads) + chance.choice(heads).lower() + chance.choice(tails)
        plain = unicodedata.normalize("NFKD", text.normalise(name))
        letters = re.sub(r"[^a-z]", "", plain)
        if 5 <= len(letters) <= 14:
            yield f"{tongue.country}/{letters}"


def _place(tongue: Tongue, chance: random.Random, longer: float) -> str:
    name = chance.choice(tongue.heads) + chance.choice(tongue.tails)
    if chance.random() < longer and (tongue.before or tongue.after):
        at = chance.randrange(len(tongue.before) + len(tongue.after))
        if at < len(tongue.before):
            return tongue.before[at] + tongue.joint + name
        return name + tongue.joint + tongue.after[at - len(tongue.before)]
    return name
