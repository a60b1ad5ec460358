"""The demo network's campaigns: a recall that runs since the summer and a service campaign, some cars done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import LabourOperation
from dealers.service.queries import last_reading, order_id, order_view
from dealers.service.rules import Opening
from dealers.service.services import JobText, add_labour, add_part, complete_order, open_order, save_job
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.campaigns.rules.scopes import PRODUCTION, Scope
from warranty.campaigns.services.define import CampaignFacts, add_campaign, add_scope
from warranty.campaigns.services.reports import ReportText, make_report
from warranty.campaigns.services.run import file_and_open

HEADQUARTERS = "周明哲"
#: How many cars of each campaign the stations have done.
DONE = 9
INJECTOR, BLOWER = "1112-00660", "8101-00740"


def run_campaigns(engine: Engine, now: datetime, say: Callable[[str], None]) -> None:
    """Open a recall and a service campaign in the past, and let stations do some of their cars."""
    actor = Actor.system(HEADQUARTERS)
    with Session(engine, expire_on_commit=False) as session:
        enter(session, actor, HeadOfficeScope("demo"))
        recall = _open(session, _recall(local_date(now)), "JY6461T", now - timedelta(days=110), actor)
        _visits(session, recall, INJECTOR, "喷油器", now)
        text = ReportText("已向全部车主寄出挂号信，并由服务站电话通知。", "个别配件到货晚于预约，已优先配送。")
        make_report(session, recall.id, "phase", text, actor, now - timedelta(days=20))
        service = _open(session, _service(local_date(now)), "JY7156T", now - timedelta(days=40), actor)
        _visits(session, service, BLOWER, "鼓风机", now)
        session.commit()
    say("opened a recall and a service campaign")


def _recall(today: date) -> CampaignFacts:
    begin = today - timedelta(days=110)
    return CampaignFacts(
        "recall", "喷油器密封圈召回", maker="江岳汽车有限公司", component="燃油供给系统",
        defect="部分喷油器密封圈材料配方偏差，长期高温后可能硬化，密封不良。",
        hazard="燃油可能渗漏，遇火源存在起火风险，有安全隐患。",
        precaution="如闻到汽油味，请停止使用车辆并联系服务站；停车时远离火源。",
        measure="免费更换改进后的喷油器，并检查燃油管路。", part_number=INJECTOR, stop_sale=True,
        filing_no="S2026M0087V", confirmed_on=begin - timedelta(days=12), filed_on=begin - timedelta(days=7),
        published_on=begin - timedelta(days=4), owners_told_on=begin + timedelta(days=14), starts_on=begin,
        ends_on=begin + timedelta(days=365),
    )  # fmt: skip


def _service(today: date) -> CampaignFacts:
    return CampaignFacts(
        "service", "空调鼓风机降噪服务活动", component="空调系统",
        defect="部分车辆空调鼓风机在低温环境下启动时有异响。", hazard="影响舒适性，不影响行车安全。",
        measure="检查鼓风机，必要时免费更换。", part_number=BLOWER,
        starts_on=today - timedelta(days=40), ends_on=today + timedelta(days=140),
    )  # fmt: skip


def _open(session: Session, facts: CampaignFacts, model: str, moment: datetime, actor: Actor) -> Campaign:
    """Open a campaign for the cars of a model that were built in a stretch of weeks."""
    built = session.scalars(
        select(Vehicle.produced_on).join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(VehicleModel.code == model, Vehicle.produced_on.is_not(None)).order_by(Vehicle.produced_on)
    ).all()  # fmt: skip
    since, until = built[len(built) // 3], built[len(built) * 2 // 3]
    campaign = add_campaign(session, facts, actor, moment)
    campaign.built_from, campaign.built_until, campaign.announced = since, until, None
    add_scope(session, campaign.id, Scope(PRODUCTION, since=since, until=until), actor, model_code=model)
    campaign.announced = file_and_open(session, campaign.id, actor, moment)
    return campaign


def _visits(session: Session, campaign: Campaign, part: str, words: str, now: datetime) -> None:
    """Let the selling stations do some cars, a few days apart."""
    code = session.scalars(
        select(LabourOperation.code).where(LabourOperation.name_zh.contains(words)).order_by(LabourOperation.id)
    ).first()
    cars = session.execute(
        select(Vehicle, Dealer)
        .join(CampaignCar, CampaignCar.vehicle_id == Vehicle.id)
        .join(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .where(CampaignCar.campaign_id == campaign.id, Vehicle.delivered_on.is_not(None))
        .order_by(Dealer.id, Vehicle.id)
    ).all()
    done = 0
    for car, dealer in cars:
        last = last_reading(session, car.id)
        at = now - timedelta(days=2 + done * 3, hours=3)
        if done == DONE or at <= now - timedelta(days=38):
            return
        if last is not None and last.on < local_date(at):
            _visit(session, campaign, car, dealer, (last.km + 35 * (local_date(at) - last.on).days, part, code), at)
            done += 1


def _visit(
    session: Session, campaign: Campaign, car: Vehicle, dealer: Dealer, work: tuple[int, str, str | None], at: datetime
) -> None:  # fmt: skip
    km, part, code = work
    actor = Actor(None, "陈雨桐", dealer.id, frozenset(Permission))
    opening = Opening(
        car.vin, "campaign", km, at, at + timedelta(hours=4), "王先生", "13800138000", f"{campaign.title}：客户按通知到店",
        campaign=campaign.number,
    )  # fmt: skip
    number = open_order(session, opening, actor, at)
    key = order_id(session, number)
    (job,) = order_view(session, number).jobs
    text = JobText(opening.concern, "属活动范围内车辆", campaign.measure, technician="赵师傅")
    save_job(session, key, job.id, text, actor, at)
    if code is not None:
        add_labour(session, key, job.id, code, actor, at)
    add_part(session, key, job.id, part, actor, at, causal=True)
    complete_order(session, key, actor, at + timedelta(hours=2), completed_at=at + timedelta(hours=2))
