"""Street, house number and extension: Dutch, French, German, English forms, and what is left whole."""

import time

import pytest

from pipeline.connectors.oms.ois.street import Street, split, split_lines


@pytest.mark.parametrize(
    ("line", "country", "street", "number", "extension"),
    [
        ("Kerkstraat 5", "NL", "Kerkstraat", "5", None),
        ("Kerkstraat 5 hs", "NL", "Kerkstraat", "5", "hs"),
        ("Kerkstraat 5hs", "NL", "Kerkstraat", "5", "hs"),
        ("Kerkstraat 5-II", "NL", "Kerkstraat", "5", "II"),
        ("Kerkstraat 5-3", "NL", "Kerkstraat", "5", "3"),
        ("Kerkstraat 12-14", "NL", "Kerkstraat", "12-14", None),
        ("Kerkstraat 5, 2e verdieping", "NL", "Kerkstraat", "5", "2e verdieping"),
        ("Kerkstraat 5 3 hoog", "NL", "Kerkstraat", "5", "3 hoog"),
        ("Kerkstraat12", "NL", "Kerkstraat", "12", None),
        ("1e Oosterparkstraat 12 A-3", "NL", "1e Oosterparkstraat", "12", "A-3"),
        ("Plein 1944 5", "NL", "Plein 1944", "5", None),
        ("Plein 1944 nr. 12", "NL", "Plein 1944", "12", None),
        ("Laan 40-45 12", "NL", "Laan 40-45", "12", None),
        ("24 Oktoberplein 7", "NL", "24 Oktoberplein", "7", None),
        ("Rue de la Loi 16 bte 3", "BE", "Rue de la Loi", "16", "bte 3"),
        ("12bis rue de l'Église", "FR", "rue de l'Église", "12", "bis"),
        ("12 ter, avenue Foch", "FR", "avenue Foch", "12", "ter"),
        ("12, rue des Lilas", "FR", "rue des Lilas", "12", None),
        ("12 B rue des Lilas", "FR", "rue des Lilas", "12", "B"),
        ("12-14 boulevard Voltaire", "FR", "boulevard Voltaire", "12-14", None),
        ("12 à 14 rue Foch", "FR", "rue Foch", "12 à 14", None),
        ("12 rue du 8 mai 1945", "FR", "rue du 8 mai 1945", "12", None),
        ("3 place du 11 novembre 1918", None, "place du 11 novembre 1918", "3", None),
        ("rue Foch 12bis", "FR", "rue Foch", "12", "bis"),
        ("Musterstr. 5a", "DE", "Musterstr.", "5", "a"),
        ("Musterstraße 5 a", "DE", "Musterstraße", "5", "a"),
        ("Hauptstraße 12/14", "DE", "Hauptstraße", "12/14", None),
        ("Wiener Straße 12/3/5", "AT", "Wiener Straße", "12", "3/5"),
        ("Straße des 17. Juni 135", "DE", "Straße des 17. Juni", "135", None),
        ("C 4, 12", "DE", "C 4", "12", None),
        ("Am Markt 3, Hinterhaus", "DE", "Am Markt", "3", "Hinterhaus"),
        ("221B Baker Street", "GB", "Baker Street", "221", "B"),
        ("10 Downing Street", None, "Downing Street", "10", None),
        ("Flat 2, 10 Downing Street", "GB", "Downing Street", "10", "Flat 2"),
        ("12½ High Street", "GB", "High Street", "12", "½"),
        ("12 N Main Street", "US", "N Main Street", "12", None),
        ("350 5th Avenue", "US", "5th Avenue", "350", None),
        # whole: no number, or none that can be told
        ("Le Bourg", "FR", "Le Bourg", None, None),
        ("Rue du 8 mai 1945", "FR", "Rue du 8 mai 1945", None, None),
        ("Résidence 3 Fontaines", "FR", "Résidence 3 Fontaines", None, None),
        ("24 Oktoberplein", "NL", "24 Oktoberplein", None, None),
        ("Industrieweg A12", "NL", "Industrieweg A12", None, None),
        ("Unit 7 Industrial Estate", "GB", "Unit 7 Industrial Estate", None, None),
        ("24 Oktoberplein 7 a", "NL", "24 Oktoberplein", "7", "a"),
        ("8 Markt 7", None, "8 Markt 7", None, None),
        ("12 bis", "FR", "12 bis", None, None),
        ("12", "NL", "12", None, None),
        ("", None, "", None, None),
    ],
)
@pytest.mark.covers("ois:house-number")
def test_split(line: str, country: str | None, street: str, number: str | None, extension: str | None) -> None:
    assert split(line, country) == Street(street, number, extension)
    assert split(f"  {line.replace(' ', '  ')} ,", country) == Street(street, number, extension)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["12 rue Foch", "2e étage", "code 44"], Street("rue Foch", "12", "2e étage, code 44")),
        (["Bâtiment C", "12bis rue Foch"], Street("rue Foch", "12", "bis, Bâtiment C")),
        (["Kerkstraat", "12 a"], Street("Kerkstraat", "12", "a")),
        (["c/o Smit", "Kerkstraat", "12"], Street("Kerkstraat", "12", "c/o Smit")),
        (["Le Bourg", " ", "Chez Paul"], Street("Le Bourg, Chez Paul")),
        ([], Street("")),
    ],
)
@pytest.mark.covers("ois:no-other-address-field")
def test_other_lines_stay_with_the_extension(lines: list[str], expected: Street) -> None:
    assert split_lines(lines, "FR") == expected


def test_nothing_is_lost() -> None:
    for line in ("Kerkstraat 5-3 hs, bus 4", "Flat 2, 10 Downing Street", "12 B rue des Lilas", "x 1 2 3 4 5 6"):
        found = split(line, "FR")
        whole = f"{found.street}{found.number or ''}{found.extension or ''}"
        assert sorted(filter(str.isalnum, whole)) == sorted(filter(str.isalnum, line))


def test_a_hostile_line_costs_nothing() -> None:
    began = time.perf_counter()
    for line in ("a 1" * 100_000, "x " + "1 " * 99, "x " + "1a-" * 60 + "!", "1/" * 99 + "x"):
        split(line, "NL")
    assert time.perf_counter() - began < 1.0
