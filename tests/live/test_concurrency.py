"""Under load nothing is sold twice and nobody sees a server error."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.building import ROOT, running

CLIENTS = 50


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any] | None = None) -> Any:
    reply = await client.post(path, json=body)
    assert reply.status_code in (200, 201), reply.text
    return reply.json()


async def all_at_once(base_url: str, requests: list[tuple[str, dict[str, Any]]]) -> Counter[int]:
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=base_url, timeout=60, limits=limits) as client:
        replies = await asyncio.gather(*(client.post(path, json=body) for path, body in requests))
    return Counter(reply.status_code for reply in replies)


async def open_cart(client: httpx.AsyncClient, n: int, product: str) -> str:
    customer = await post(client, "/customers", {"email": f"c{n}@example.org", "full_name": f"Customer {n}"})
    cart = await post(client, "/carts", {"customer_id": customer["id"]})
    await post(client, f"/carts/{cart['id']}/items", {"product_id": product, "quantity": 1})
    return str(cart["id"])


async def sell_out(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        product = await post(client, "/products", {"name": "Lamp", "price": "9.90", "stock": 10})
        carts = [await open_cart(client, n, product["id"]) for n in range(CLIENTS)]
        answers = await all_at_once(base_url, [("/orders", {"cart_id": cart}) for cart in carts])
        assert answers == {201: 10, 422: CLIENTS - 10}
        assert (await client.get(f"/products/{product['id']}")).json()["stock"] == 0
        orders = (await client.get("/orders", params={"limit": 100, "total": "true"})).json()
        assert orders["total"] == len(orders["items"]) == 10


async def sell_several_at_once(base_url: str) -> None:
    """Carts hold the same two products in opposite sequence: a deadlock if rows are locked as they come."""
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        products = [
            (await post(client, "/products", {"name": f"P{n}", "price": "1.00", "stock": CLIENTS}))["id"]
            for n in range(2)
        ]
        carts = []
        for n in range(CLIENTS):
            first, second = products if n % 2 else reversed(products)
            carts.append(await open_cart(client, 1000 + n, first))
            await post(client, f"/carts/{carts[-1]}/items", {"product_id": second, "quantity": 1})
        answers = await all_at_once(base_url, [("/orders", {"cart_id": cart}) for cart in carts])
        assert answers == {201: CLIENTS}
        for product in products:
            assert (await client.get(f"/products/{product}")).json()["stock"] == 0


@pytest.mark.slow
def test_fifty_checkouts_of_ten_pieces(tmp_path: Path) -> None:
    with running(ROOT / "specs" / "shop.yaml", tmp_path) as session:
        asyncio.run(sell_out(session.base_url))
        asyncio.run(sell_several_at_once(session.base_url))
        assert "Traceback" not in session.logs()


async def book_one_slot(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        doctor = await post(client, "/doctors", await sample(client, "DoctorCreate", 0))
        bodies = []
        for n in range(CLIENTS):
            patient = await post(client, "/patients", await sample(client, "PatientCreate", n))
            room = await post(client, "/rooms", await sample(client, "RoomCreate", n))
            begin = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3, minutes=n % 5)
            body = {
                "doctor_id": doctor["id"],
                "patient_id": patient["id"],
                "room_id": room["id"],
                "starts_at": begin.isoformat(),
                "ends_at": (begin + timedelta(minutes=30)).isoformat(),
            }
            bodies.append(("/appointments", body | await extra(client)))
        answers = await all_at_once(base_url, bodies)
        assert answers == {201: 1, 409: CLIENTS - 1}
        page = (await client.get("/appointments", params={"total": "true"})).json()
        assert page["total"] == 1


async def schema(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/openapi.json")).json()["components"]["schemas"][name]
    return found


async def sample(client: httpx.AsyncClient, name: str, n: int) -> dict[str, Any]:
    """Make the smallest body of a create schema from its OpenAPI description."""
    found = await schema(client, name)
    return {field: value(field, found["properties"][field], n) for field in found.get("required", [])}


async def extra(client: httpx.AsyncClient) -> dict[str, Any]:
    """Fill what an appointment requires besides who, where and when."""
    known = {"doctor_id", "patient_id", "room_id", "starts_at", "ends_at"}
    body = await sample(client, "AppointmentCreate", 0)
    return {field: given for field, given in body.items() if field not in known}


def value(field: str, described: dict[str, Any], n: int) -> Any:
    if described.get("format") == "decimal" or "fee" in field:
        return "10.00"
    if "email" in field:
        return f"{field}{n}@example.org"
    if described.get("enum"):
        return described["enum"][0]
    match described.get("format"), described.get("type"):
        case "date", _:
            return "1980-01-01"
        case "date-time", _:
            return datetime.now(UTC).isoformat()
        case _, "integer":
            return max(1, described.get("minimum", 1))
        case _, "boolean":
            return True
    return f"{field} {n}"


@pytest.mark.slow
def test_fifty_bookings_of_one_slot(tmp_path: Path) -> None:
    with running(ROOT / "specs" / "clinic.yaml", tmp_path) as session:
        asyncio.run(book_one_slot(session.base_url))
        assert "Traceback" not in session.logs()


async def fill_one_rack(base_url: str) -> None:
    """The rule is the rack's, the devices are those of its shelves: two levels below."""
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        rack = (await post(client, "/racks", {"name": "R", "power": 10}))["id"]
        shelves = [(await post(client, f"/racks/{rack}/shelves", {"label": str(n)}))["id"] for n in range(2)]
        asked = [(f"/racks/{rack}/shelves/{shelves[n % 2]}/devices", {"watts": 1}) for n in range(CLIENTS)]
        assert await all_at_once(base_url, asked) == {201: 10, 409: CLIENTS - 10}
        assert (await client.get(f"/racks/{rack}")).json()["used"] == 10


@pytest.mark.slow
def test_fifty_parts_for_ten_places_of_their_owners_owner(tmp_path: Path) -> None:
    with running(ROOT / "tests/corpus/racks.yaml", tmp_path) as session:
        asyncio.run(fill_one_rack(session.base_url))
        assert "Traceback" not in session.logs()
