"""What the demo ends with."""

import pytest

from shall.cli.demo import show_address

ADDRESS = "file:///shop/report.html"


@pytest.mark.verifies("demo#1.5")
@pytest.mark.parametrize(
    ("environment", "opens", "opened"),
    [
        ({"DISPLAY": ":0"}, True, [ADDRESS]),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, [ADDRESS]),
        ({"DISPLAY": ":0"}, False, []),
        ({"DISPLAY": ":0", "CI": "true"}, True, []),
        ({}, True, []),
    ],
)
def test_the_address_of_the_report_is_opened_where_somebody_sees_it(
    environment: dict[str, str],
    opens: bool,
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("CI", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    seen: list[str] = []
    monkeypatch.setattr("webbrowser.open_new_tab", seen.append)

    show_address(ADDRESS, opens=opens)

    assert seen == opened
    assert capsys.readouterr().out.endswith(f"{ADDRESS}\n")
