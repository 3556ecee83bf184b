"""Stories: recorded under an area, read with or without their words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request, Response

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Outcome
from leefwijk.events.language.monitoring.stories import Tone
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of, part_of
from leefwijk.service.identity import Principal
from leefwijk.service.problems import Problem
from leefwijk.service.reads import Page, Paging, Reader, Resource, load_visible, page_of, tag
from leefwijk.service.roles import Role, Scope
from leefwijk.service.sheets import Sheet
from leefwijk.service.words import Words
from monitoring.api.areas import AreaPath, require_area
from monitoring.domain.story import (
    EraseStory,
    GiveStoryConsent,
    PublishStory,
    RecordStory,
    Story,
    WithdrawStoryConsent,
)
from monitoring.knowledge.own import known_place
from monitoring.within import areas_within

_log = structlog.get_logger(__name__)

WORKER = Role.NEIGHBOURHOOD_WORKER


async def keep_words(service: ServiceContext, command: RecordStory, outcome: Outcome) -> None:
    """Seal the words before the fact is recorded; a fact without its words would be a loss."""
    words: Words = service.parts[Words]
    await words.keep(outcome.id, command.text)


async def destroy_words(service: ServiceContext, _command: Any, outcome: Outcome) -> None:
    """Destroy the words before the erasure is recorded: afterwards nothing may be left."""
    words: Words = service.parts[Words]
    await words.destroy(outcome.id)


commands = Commands("", Story, tag="stories")
commands.create(
    "/areas/{areaId}/stories",
    RecordStory,
    role=WORKER,
    knows=known_place,
    keep=keep_words,
    fill={"area": "areaId"},
)
commands.post("/stories/{storyId}/consents", GiveStoryConsent, role=WORKER)
commands.post("/stories/{storyId}/consent-withdrawals", WithdrawStoryConsent, role=WORKER)
commands.post("/stories/{storyId}/publications", PublishStory, role=WORKER)
commands.post(
    "/stories/{storyId}/erasures", EraseStory, role=Role.PRIVACY_OFFICER, keep=destroy_words
)

router = APIRouter(tags=["stories"])


class StoryResource(Resource):
    """A story; its words only for whom they are meant."""

    id: str
    version: int
    area: str | None
    theme: str
    tone: str
    teller: str
    month: date | None
    published: bool
    text: str | None = None
    note: str | None = None


def _may_see(reader: Principal, story: Story) -> bool:
    return story.published or reader.may_read(Scope.INTERNAL)


def _resource(id_: str, version: int, story: Story) -> StoryResource:
    return StoryResource(
        id=id_,
        version=version,
        area=story.area,
        theme=story.theme,
        tone=story.tone,
        teller=story.teller,
        month=story.month,
        published=story.published,
    )


@router.get("/stories/{storyId}")
async def get_story(
    request: Request,
    response: Response,
    reader: Reader,
    story_id: Annotated[str, Path(alias="storyId", max_length=100)],
) -> StoryResource:
    """One story, with its words where they are published or the reader may read them."""
    service = context_of(request)
    loaded = await load_visible(service, Story, story_id, reader)
    story = loaded.state
    if not _may_see(reader, story):
        raise Problem("not-found", "There is no such resource.")
    tag(response, loaded.version)
    found = _resource(story_id, loaded.version, story)
    if story.erased:
        return found.model_copy(update={"note": "the words were erased"})
    if story.withdrawn:
        said = f"a {story.teller}'s {story.tone} about {story.theme}, text withdrawn"
        return found.model_copy(update={"note": said})
    if not story.published and not reader.may_read(Scope.WORDS):
        return found
    actor = await service.actors.number(reader)
    _log.info(
        "words were read",
        story=story_id,
        actor=actor,
        purpose="livability of the area",
        legal_basis="consent of the teller" if story.published else "public interest of the work",
    )
    words = await part_of(request, Words).read(story_id)
    return found.model_copy(update={"text": words})


class StoryQuery(Paging):
    """What to list; every condition given must hold."""

    theme: Theme | None = None
    tone: Tone | None = None


SHEET = Sheet(
    StoryResource,
    id="Kenmerk",
    area="Gebied",
    theme="Thema",
    tone="Toon",
    teller="Verteller",
    month="Maand",
    published="Gepubliceerd",
)
"""Columns of the sheet."""


@router.get("/areas/{areaId}/stories")
async def list_stories(
    request: Request,
    response: Response,
    reader: Reader,
    area_id: AreaPath,
    query: Annotated[StoryQuery, Query()],
) -> Page[StoryResource]:
    """Stories of an area and all in it, without their words; residents see the published ones."""
    require_area(area_id)
    open_only = not reader.may_read(Scope.INTERNAL)
    return await page_of(
        request,
        response,
        Story,
        query,
        reader,
        lambda id_, loaded: _resource(id_, loaded.version, loaded.state),
        {
            "theme": query.theme,
            "tone": query.tone,
            "status": "published" if open_only else None,
        },
        within=await areas_within(context_of(request), area_id),
        sheet=SHEET,
    )
