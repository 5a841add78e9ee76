"""The page: escaped, without requests."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from report.contents import Contents
from report.page.render import page
from report.view.component import Component, Flow, Tier

EVIL = "<script>alert(1)</script>\"'\x1b[31m\u202e\x00"


@pytest.mark.feature("O6")
def test_names_and_tags_cannot_add_html_or_control_characters(contents: Contents) -> None:
    component = Component(
        name=EVIL,
        kind=EVIL,
        tier=Tier.DATA,
        size=EVIL,
        roles=((EVIL, EVIL),),
        secrets=((EVIL, EVIL),),
        facts=((EVIL, EVIL),),
    )
    landscape = contents.landscape
    flow = Flow(source=EVIL, destination=EVIL, port=EVIL, why=EVIL)
    components = (component, *landscape.components[1:])
    assert contents.picture is not None
    box = replace(contents.picture.boxes[0], component=component)
    changed = replace(
        contents,
        landscape=replace(landscape, components=components, flows=(flow, *landscape.flows)),
        picture=replace(contents.picture, boxes=(box, *contents.picture.boxes[1:])),
    )
    text = page([changed])
    assert text.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.feature("O6")
def test_page_forbids_every_request_and_every_other_script(contents: Contents) -> None:
    text = page([contents])
    assert "default-src 'none'" in text
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", text)
    links = re.findall(r"""(?:src|href)=["']?([^"' >]+)""", text.split("<body>")[1])
    allowed = ("#", "https://aws.amazon.com/", "https://docs.aws.amazon.com/")
    assert [link for link in links if not link.startswith(allowed)] == []
    assert "@import" not in text
    assert "url(" not in text.replace("url(#", "")


@pytest.mark.feature("O6")
def test_every_link_within_the_page_has_a_target(contents: Contents) -> None:
    text = page([contents])
    targets = set(re.findall(r'href="#([^"]+)"', text))
    assert targets - set(re.findall(r'id="([^"]+)"', text)) == set()
