"""People, streets and towns the generator draws from, by country (ISO 3166-1 alpha-2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`streets` hold `{n}` for the house number; `towns` are (postal code, town)."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    phone: str
    companies: tuple[str, ...]


PLACES: dict[str, Place] = {
    "FR": Place(
        ("Hélène", "Jean-Noël", "Zoé", "François", "Maëlys", "Anaïs"),
        ("Lefèvre", "D'Argent", "Lacoste", "Béranger", "Noël", "de La Tour"),
        ("{n} avenue de Paris", "{n}bis rue de l'Église", "{n} ter chemin des Prés", "{n}, allée Saint-Exupéry"),
        (("75001", "Paris"), ("69003", "Lyon"), ("13008", "Marseille"), ("01000", "Bourg-en-Bresse")),
        "+336",
        ("Établissements Béranger SARL", "L'Atelier & Fils"),
    ),
    "DE": Place(
        ("Jürgen", "Käthe", "Björn", "Annegret", "Sören"),
        ("Müller", "Groß", "von der Heide", "Schäfer", "Öztürk"),
        ("Hauptstraße {n}", "Am Mühlbach {n}a", "Königsallee {n} – {n}b", "Straße des 17. Juni {n}"),
        (("10115", "Berlin"), ("80331", "München"), ("01067", "Dresden"), ("50667", "Köln")),
        "+4917",
        ("Groß & Söhne GmbH", "Bücherstube Schäfer OHG"),
    ),
    "NL": Place(
        ("Daniël", "Sjoerd", "Anne-Fleur", "Joëlle"),
        ("van der Berg", "de Vries", "'t Hooft", "Hoekstra"),
        ("Kerkstraat {n}-3", "Prinsengracht {n} hs", "Burgemeester Röellstraat {n}", "1e Dwarsstraat {n}bis"),
        (("1017 AB", "Amsterdam"), ("3511 LX", "Utrecht"), ("2513 AA", "'s-Gravenhage")),
        "+316",
        ("De Vries Techniek B.V.",),
    ),
    "ES": Place(
        ("José María", "Begoña", "Íñigo", "Nuria"),
        ("García Núñez", "Peñalver", "López de Haro", "Ibáñez"),
        ("Calle Mayor {n}, 3º B", "Avda. de la Constitución {n}", "Plaza de España s/n, portal {n}"),
        (("28013", "Madrid"), ("08002", "Barcelona"), ("15001", "A Coruña")),
        "+346",
        ("Suministros Peñalver S.L.",),
    ),
    "IT": Place(
        ("Niccolò", "Giosuè", "Chiara", "Noè"),
        ("D'Angelo", "Dell'Orto", "Forlì", "Rossi"),
        ("Via Roma {n}/A", "Piazza della Libertà {n}", "Corso Vittorio Emanuele II {n} int. 4"),
        (("00184", "Roma"), ("20121", "Milano"), ("47121", "Forlì")),
        "+393",
        ("Dell'Orto S.r.l.",),
    ),
    "BE": Place(
        ("Loïc", "Greet", "Noémie", "Joris"),
        ("Van den Bossche", "Lefèbvre", "D'Hondt", "Peeters"),
        ("Rue Haute {n} bte 3", "Grote Markt {n} bus 12", "Chaussée de Liège {n}bis"),
        (("1000", "Bruxelles"), ("9000", "Gent"), ("4000", "Liège")),
        "+324",
        ("D'Hondt & C° SPRL",),
    ),
    "AT": Place(
        ("Jörg", "Hannelore"),
        ("Grünwald", "Prückl"),
        ("Mariahilfer Straße {n}/2/14", "Schloßgasse {n}"),
        (("1060", "Wien"), ("8010", "Graz")),
        "+43664",
        ("Grünwald KG",),
    ),
    "PT": Place(
        ("João", "Conceição"),
        ("Gonçalves", "Simões"),
        ("Rua da Conceição {n}, 2.º Esq.", "Praça do Comércio {n}"),
        (("1100-148", "Lisboa"), ("4000-322", "Porto")),
        "+3519",
        ("Simões Lda.",),
    ),
    "PL": Place(
        ("Łukasz", "Małgorzata"),
        ("Wiśniewski", "Żółkiewska"),
        ("ul. Długa {n}/7", "al. Jerozolimskie {n} m. 12"),
        (("00-238", "Warszawa"), ("90-001", "Łódź")),
        "+4850",
        ("Żółkiewska Sp. z o.o.",),
    ),
    "IE": Place(
        ("Seán", "Aoife"),
        ("O'Connor", "Ní Bhriain"),
        ("{n} Grafton Street", "Apt 4, {n} O'Connell St."),
        (("D02 VF25", "Dublin"), ("T12 X8N6", "Cork")),
        "+3538",
        ("O'Connor & Daughters Ltd",),
    ),
}
# Drawn from with these weights: a French marketplace, mostly.
COUNTRIES = ("FR",) * 8 + ("DE", "DE", "NL", "ES", "ES", "IT", "IT", "BE", "BE", "AT", "PT", "PL", "IE")

GOODS: tuple[tuple[str, int], ...] = (
    ("Bouilloire électrique 1,7 L – inox", 2999),
    ("Lampe de chevet « Éole »", 1990),
    ("Câble USB-C 2 m (lot de 3)", 1249),
    ("Kaffeemühle mit Kegelmahlwerk", 8995),
    ("Sac à dos 30 L imperméable", 4490),
    ("Tapis d'éveil bébé 120 × 80 cm", 3905),
    ("Perceuse-visseuse 18 V + 2 batteries", 12900),
    ('Étagère murale "Nordik" chêne', 5999),
    ("Enceinte Bluetooth 20 W <noire>", 3333),
    ("Piles LR6 AA x 24", 707),
)
