"""The functions `fake.NAME()`: made-up persons, addresses, texts and numbers."""

from msgspec import Struct

LOCALES = {"en": "en_US", "zh": "zh_CN"}
"""Short names of locales; Faker's own, such as `de_DE`, are taken too."""


class Fake(Struct, frozen=True):
    """One function. ``method`` is what Faker calls it; empty for one of our own."""

    name: str
    method: str
    meaning: str


FAKES = (
    Fake("name", "name", "a person"),
    Fake("first_name", "first_name", "a first name"),
    Fake("last_name", "last_name", "a last name"),
    Fake("email", "email", "an address that no mail reaches: example.com, .net or .org"),
    Fake("username", "user_name", "a name to sign in with"),
    Fake("password", "password", "ten characters: letters of both cases, digits, signs"),
    Fake("phone", "phone_number", "a telephone number"),
    Fake("id_card", "ssn", "an identity card in `zh`, a social security number in `en`"),
    Fake("date_of_birth", "", "a day from 1945 to 2005, as 1990-12-31"),
    Fake("job", "job", "a profession"),
    Fake("company", "company", "a company"),
    Fake("address", "address", "an address in one line"),
    Fake("street", "street_address", "a street with a number"),
    Fake("city", "city", "a city"),
    Fake("postcode", "postcode", "a postal code"),
    Fake("country", "country", "a country"),
    Fake("country_code", "country_code", "a country of ISO 3166, as DE"),
    Fake("latitude", "latitude", "a number from -90 to 90"),
    Fake("longitude", "longitude", "a number from -180 to 180"),
    Fake("word", "word", "a word"),
    Fake("sentence", "sentence", "a sentence"),
    Fake("paragraph", "paragraph", "some sentences"),
    Fake("url", "", "the address of a site that does not exist"),
    Fake("domain", "", "example.com, example.net or example.org"),
    Fake("ipv4", "ipv4", "an address of IPv4"),
    Fake("ipv6", "ipv6", "an address of IPv6"),
    Fake("mac_address", "mac_address", "an address of a network card"),
    Fake("file_name", "file_name", "the name of a file"),
    Fake("color", "hex_color", "a colour, as #3b5998"),
    Fake("iban", "iban", "an account whose check digits are right"),
    Fake("card_number", "credit_card_number", "a credit card whose check digit is right"),
    Fake("currency", "currency_code", "a currency of ISO 4217, as EUR"),
    Fake("barcode", "ean13", "an EAN of 13 digits"),
    Fake("datetime", "", "a time of 2000 to 2029 in UTC, as 2020-01-31T12:00:00Z"),
)
"""Every function; the documentation has the same table."""

BY_NAME = {fake.name: fake for fake in FAKES}


def fakes_table() -> str:
    """Return the table of the functions for the documentation."""
    lines = ["| function | value |", "| --- | --- |"]
    lines += [f"| `fake.{it.name}()` | {it.meaning} |" for it in FAKES]
    return "\n".join(lines) + "\n"
