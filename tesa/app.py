"""The composition root: the only place that knows all slices."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from tesa import health
from tesa.accounts import audit, sign_in
from tesa.accounts import jobs as accounts_jobs
from tesa.accounts import outbox_kinds as accounts_kinds
from tesa.accounts import permissions as accounts_permissions
from tesa.accounts import sealing as accounts_sealing
from tesa.accounts import views as accounts_views
from tesa.accounts.audit.keys import hold_newest
from tesa.accounts.meter import init_meter
from tesa.accounts.proposal_kinds import KINDS as ACCOUNT_PROPOSALS
from tesa.accounts.public import everybody
from tesa.accounts.two_person import ProposalKind, add_kinds
from tesa.cases import jobs as cases_jobs
from tesa.cases import proposal_kinds as cases_proposals
from tesa.cases import sealing as cases_sealing
from tesa.cases import views as cases_views
from tesa.cases.events import ExclusionChanged, exclusion_changed
from tesa.cases.exporting import case_part
from tesa.continuity import jobs as continuity_jobs
from tesa.continuity import outbox_kinds as continuity_kinds
from tesa.continuity import views as continuity_views
from tesa.continuity import webhooks as continuity_webhooks
from tesa.continuity.actions.mark_export import mark_export
from tesa.continuity.actions.take_test_call import take_test_call
from tesa.core import clock
from tesa.core.db import db, init_db
from tesa.core.transactions import after_commit
from tesa.core.vault import KeysAway, SealedColumn, init_tombstones, init_vault, key_provider, vault
from tesa.core.vault import jobs as vault_jobs
from tesa.core.vault.rotation_units import Rotation
from tesa.intake import jobs as intake_jobs
from tesa.intake import outbox_kinds as intake_kinds
from tesa.intake import proposal_kinds as intake_proposals
from tesa.intake import public as intake_public
from tesa.intake import sealing as intake_sealing
from tesa.intake import views as intake_views
from tesa.intake import webhooks as intake_webhooks
from tesa.intake.events import ContactLinked, EmergencyRaised, contact_linked, emergency_raised
from tesa.intake.exporting import intake_part
from tesa.intake.fetching import Fetcher
from tesa.intake.following import follow_to_contacts
from tesa.live import views as live_views
from tesa.navigation import navigation
from tesa.outreach import jobs as outreach_jobs
from tesa.outreach import outbox_kinds as outreach_kinds
from tesa.outreach import public as outreach_public
from tesa.outreach import sealing as outreach_sealing
from tesa.outreach import views as outreach_views
from tesa.outreach import webhooks as outreach_webhooks
from tesa.outreach.actions.note_case_of_contact import note_case_of_contact
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.actions.take_keyword import take_keyword
from tesa.outreach.exporting import outreach_part
from tesa.psychologists import views as psychologists_views
from tesa.psychologists.events import RotaChanged, rota_changed
from tesa.psychologists.public import state_of
from tesa.psychologists.rules.presence import State
from tesa.retention import jobs as retention_jobs
from tesa.retention import proposals as retention_proposals
from tesa.retention import views as retention_views
from tesa.scheduler import Job, sweep_outbox
from tesa.telephony.gateway import Gateway, TwilioGateway
from tesa.telephony.media import MediaSource, TwilioMedia
from tesa.telephony.outbox import Outbox
from tesa.web.routes import Route
from tesa.web.shell import PUBLIC_ENDPOINTS, init_web

log = logging.getLogger(__name__)
PAGES = (
    accounts_views,
    psychologists_views,
    cases_views,
    intake_views,
    outreach_views,
    retention_views,
    continuity_views,
    live_views,
)
WEBHOOKS = (intake_webhooks, outreach_webhooks, continuity_webhooks)
JOBS: tuple[tuple[str, Job], ...] = (
    *vault_jobs.JOBS,
    *accounts_jobs.JOBS,
    *cases_jobs.JOBS,
    *intake_jobs.JOBS,
    *outreach_jobs.JOBS,
    *retention_jobs.JOBS,
    *continuity_jobs.JOBS,
    ("outbox.sweep", sweep_outbox),
)
SEALED: tuple[SealedColumn, ...] = (
    *accounts_sealing.SEALED,
    *cases_sealing.SEALED,
    *intake_sealing.SEALED,
    *outreach_sealing.SEALED,
)
PROPOSAL_KINDS: tuple[ProposalKind, ...] = (
    *ACCOUNT_PROPOSALS,
    *cases_proposals.KINDS,
    *intake_proposals.KINDS,
    *retention_proposals.KINDS,
)
LARGEST_BODY = 2 * 1024 * 1024  # bytes; a rota CSV of 10,000 rows fits, uploads of media do not exist yet


def create_app(
    settings: Settings, gateway: Gateway | None = None, threads: bool = False, media: MediaSource | None = None
) -> Flask:
    """TeSA, ready to serve. `gateway` and `media` replace Twilio's (tests); `threads` lets this process send by itself.

    Proxy headers are not trusted: addresses come from the configured public URL.
    """
    app = Flask("tesa", static_folder=None, template_folder=None)
    app.url_rule_class = Route
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=LARGEST_BODY)
    app.extensions["tesa_settings"] = settings
    app.extensions["tesa_standing_to_contact"] = intake_public.standing_to_contact
    app.extensions["tesa_claimers"] = [take_keyword]
    app.extensions["tesa_call_claimers"] = [take_test_call]
    app.extensions["tesa_sealed"] = SEALED
    app.extensions["tesa_note_key_event"] = _note_key_event
    init_db(app, settings.database_url)
    init_vault(app, key_provider(settings, forbidden_root=Path(__file__).parents[1]))
    init_tombstones(app, settings.second_place)
    box = Outbox(app, gateway or TwilioGateway(settings), threads=threads)
    app.extensions["tesa_outbox"] = box
    app.extensions["tesa_fetcher"] = Fetcher(app, media or TwilioMedia(settings), threads=threads)
    for kind in (*accounts_kinds.KINDS, *intake_kinds.KINDS, *outreach_kinds.KINDS, *continuity_kinds.KINDS):
        box.kinds[kind.name] = kind
    init_web(app, navigation, live_endpoint="intake.incoming_card")
    for endpoint in PUBLIC_ENDPOINTS:
        accounts_permissions.public_endpoint(app.view_functions[endpoint])
    sign_in.init_sign_in(app)
    accounts_permissions.init_permissions(app)
    init_meter(app, (intake_public.is_in_conversation, outreach_public.is_on_task))
    for module in (*PAGES, *WEBHOOKS, health):
        app.register_blueprint(module.blueprint)
    add_kinds(app, PROPOSAL_KINDS)
    app.extensions["tesa_export_parts"] = [case_part, intake_part, outreach_part]
    app.extensions["tesa_alarms"] = (continuity_views.alarm_for_everybody,)
    app.extensions["tesa_softphone"] = intake_views.softphone.panel
    app.extensions["tesa_in_call"] = _in_call
    app.extensions["tesa_is_rung"] = _is_rung
    emergency_raised.connect(_dispatch_for)
    contact_linked.connect(_case_of_dispatch)
    rota_changed.connect(_export_rota)
    exclusion_changed.connect(_keep_away_from)
    return app


def _export_rota(event: RotaChanged) -> None:
    """Who is on duty has changed: the document for Twilio is exported anew."""
    mark_export(event.at)


def _keep_away_from(event: ExclusionChanged) -> None:
    """Whoever is never offered a person does not see her contacts either."""
    after_commit(partial(follow_to_contacts, event))


def _in_call(account_id: UUID) -> bool:
    """Is she rung, talking or writing up? Then her session lasts longer without an act."""
    return state_of(account_id, clock.now()) in {State.RINGING, State.TALKING, State.WRAPUP}


def _is_rung(account_id: UUID) -> bool:
    """Does a call wait for her answer? Told even on a locked screen."""
    return state_of(account_id, clock.now()) == State.RINGING


def _note_key_event(act: str, rotation: Rotation, now: datetime) -> None:
    """What happens to keys stands in the audit trail, in the same transaction."""
    audit.record(
        None, act, "key_rotation", rotation.id, now, key=rotation.kind, old=rotation.source, new=rotation.target or ""
    )


def _dispatch_for(event: EmergencyRaised) -> None:
    """An emergency of intake becomes a dispatch of outreach, in the same transaction."""
    raise_dispatch(
        contact_id=event.contact_id,
        case_id=event.case_id,
        priority="P1",
        requested_by=event.actor,
        source=event.by,
        now=event.at,
    )


def _case_of_dispatch(event: ContactLinked) -> None:
    """A contact that finds its case takes its dispatches along."""
    note_case_of_contact(event.contact_id, event.case_id)


def refuse_wrong_keys(app: Flask) -> None:
    """Raise KeyFileProblem when our keys are not those of this database. A database or a key provider that does not
    answer now is no reason not to start: callers are led to a human, and what comes in is kept.

    What is opened here stays open in this process: the purpose keys, and the names and numbers of those on duty.
    """
    with app.app_context():
        try:
            vault.check()
            hold_newest()  # so that this process can go on signing the trail though the provider goes away
            everybody()
        except SQLAlchemyError:
            log.exception("the keys could not be compared with the database")
        except KeysAway as away:
            log.error("the keys could not be compared with the database: %s", away)
        finally:
            db.session.remove()
