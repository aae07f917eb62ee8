"""Amazon's lists in both forms: parameters, page tokens, hidden updates, datasets, states, plants."""

from typing import Any
from urllib.parse import quote

import pytest

from sandbox.amazon.wire import PLANTS
from sandbox.faults import Rule
from sandbox.paths import read_path, set_path
from sandbox.samples import Shares
from tests.unit.sandbox.amazon_seller import ALL, FRANCE, PENDING, PLACES, V0, V2026, Seller, error

# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", {"lastUpdatedAfter"}),
        ("createdAfter=2026-11-01T00:00:00Z&lastUpdatedAfter=2026-11-01T00:00:00Z", {"lastUpdatedAfter"}),
        ("createdAfter=2026-11-01T00:00:00Z&lastUpdatedBefore=2026-11-02T00:00:00Z", {"lastUpdatedBefore"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&createdBefore=2026-11-02T00:00:00Z", {"createdBefore"}),
        ("lastUpdatedAfter=2026-11-01", {"lastUpdatedAfter"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00", {"lastUpdatedAfter"}),
        ("lastUpdatedAfter=TEST_CASE_400", {"lastUpdatedAfter"}),
        ("lastUpdatedAfter=2026-11-03T00:00:00Z&lastUpdatedBefore=2026-11-02T00:00:00Z", {"lastUpdatedBefore"}),
        ("lastUpdatedAfter=2026-11-03T00:00:00Z&lastUpdatedBefore=2026-11-22T08:58:01Z", {"lastUpdatedBefore"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&maxResultsPerPage=0", {"maxResultsPerPage"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&maxResultsPerPage=101", {"maxResultsPerPage"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&fulfillmentStatuses=Unshipped", {"fulfillmentStatuses"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&fulfilledBy=MFN", {"fulfilledBy"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&includedData=BUYER,ITEMS", {"includedData"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&marketplaceIds=FR", {"marketplaceIds"}),
        (f"lastUpdatedAfter=2026-11-01T00:00:00Z&marketplaceIds={','.join([FRANCE] * 51)}", {"marketplaceIds"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&fulfilledBy=AMAZON&fulfilledBy=MERCHANT", {"fulfilledBy"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&marketplaceIds=", {"marketplaceIds"}),
        ("lastUpdatedAfter=2026-11-01T00:00:00Z&MarketplaceIds=" + FRANCE, {"MarketplaceIds"}),
    ],
)
def test_a_parameter_out_of_contract_is_refused_by_name(query: str, named: set[str]) -> None:
    seller = Seller()
    answer = seller.get(V2026, query) if query else seller.get(V2026)
    assert (answer.status_code, error(answer)["code"]) == (400, "InvalidInput")
    assert {part.split(":")[0] for part in error(answer)["details"].split("; ")} == named
    assert len(seller.violations()) == 1


def test_before_is_two_minutes_old_and_the_dial_says_how_old() -> None:
    seller = Seller()
    assert seller.search(lastUpdatedBefore="2026-11-22T08:58:00Z").status_code == 200
    assert seller.search(lastUpdatedBefore="2026-11-22T08:59:59Z").status_code == 400
    seller.room.turn(before_seconds=1)
    assert seller.search(lastUpdatedBefore="2026-11-22T08:59:59Z").status_code == 200


def test_every_filter_filters() -> None:
    seller = Seller()
    ids = set(seller.fill(40, Shares(awaiting=0.1, processing=0.1, cancelled=0, foreign=0.25, hostile_ids=0.1)))
    assert {order["orderId"] for order in seller.orders()} == ids
    foreign = seller.orders(fulfilledBy="AMAZON")
    assert len(foreign) == 10
    assert set(seller.room.list_forbidden()) >= {order["orderId"] for order in foreign}
    assert len(seller.orders(fulfilledBy="AMAZON,MERCHANT")) == 40
    assert len(seller.orders(fulfillmentStatuses="PENDING")) == 4
    assert len(seller.orders(fulfillmentStatuses="PENDING,PENDING_AVAILABILITY,UNSHIPPED")) == 40
    french = seller.orders(marketplaceIds=FRANCE)
    assert {order["salesChannel"]["marketplaceId"] for order in french} == {FRANCE}
    assert 0 < len(french) < 40
    assert seller.orders(lastUpdatedAfter="2026-11-22T09:00:01Z") == []
    bought = sorted(order["createdTime"] for order in seller.orders())
    answer = seller.get(V2026, createdAfter=bought[20])
    assert len(answer.json()["orders"]) == sum(moment >= bought[20] for moment in bought)
    assert {"orders", "createdBefore"} == set(answer.json())


def test_orders_older_than_two_years_are_not_served() -> None:
    seller = Seller()
    seller.fill(1)
    assert len(seller.orders(lastUpdatedAfter="2020-01-01T00:00:00Z")) == 1
    seller.clock.turn(731 * 86400)
    seller.log_in()
    assert seller.orders(lastUpdatedAfter="2020-01-01T00:00:00Z") == []


def test_young_updates_are_hidden_and_the_bound_is_echoed() -> None:
    seller = Seller(hide_seconds=120)
    (order_id,) = seller.fill(1)
    answer = seller.search().json()
    assert (answer["orders"], answer["lastUpdatedBefore"]) == ([], "2026-11-22T08:58:00Z")
    assert seller.order(order_id)["orderId"] == order_id
    seller.clock.turn(119.9)
    assert seller.orders() == []
    seller.clock.turn(0.1)
    assert len(seller.orders()) == 1
    assert seller.search(lastUpdatedBefore="2026-11-22T08:50:00Z").json()["lastUpdatedBefore"] == "2026-11-22T08:50:00Z"
    seller.room.turn(hide_seconds=0)
    assert seller.search().json()["lastUpdatedBefore"] == "2026-11-22T09:02:00Z"


# ---------------------------------------------------------------- pages


def test_pages_by_token_until_there_is_none() -> None:
    seller = Seller()
    ids = seller.fill(25)
    pages, more = [], dict[str, Any]()
    while True:
        answer = seller.search(maxResultsPerPage=10, **more).json()
        pages.append([order["orderId"] for order in answer["orders"]])
        assert answer["lastUpdatedBefore"] == "2026-11-22T09:00:00Z"
        if "pagination" not in answer:
            break
        more = {"paginationToken": answer["pagination"]["nextToken"]}
        seller.clock.turn(7)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert sorted(one for page in pages for one in page) == sorted(ids)


def test_a_token_gives_its_page_again_whatever_came_since() -> None:
    seller = Seller()
    seller.fill(25)
    token = seller.search(maxResultsPerPage=10).json()["pagination"]["nextToken"]
    first = seller.search(maxResultsPerPage=10, paginationToken=token).json()
    seller.fill(5)
    seller.clock.turn(30)
    assert seller.search(maxResultsPerPage=10, paginationToken=token).json() == first
    assert len(seller.search(maxResultsPerPage=3, includedData="BUYER", paginationToken=token).json()["orders"]) == 3


def test_a_token_needs_percent_encoding() -> None:
    seller = Seller()
    seller.fill(12)
    query = first = "lastUpdatedAfter=2026-11-01T00:00:00Z&maxResultsPerPage=1"
    for _ in range(10):  # every one of them, not the one with a lucky draw
        token = seller.get(V2026, query).json()["pagination"]["nextToken"]
        assert {"+", "/", "="} <= set(token)
        assert seller.get(V2026, f"{first}&paginationToken={token}").status_code == 400
        query = f"{first}&paginationToken={quote(token, safe='')}"


@pytest.mark.parametrize(
    "changes",
    [
        {"lastUpdatedAfter": "2026-11-02T00:00:00Z"},
        {"marketplaceIds": FRANCE},
        {"fulfilledBy": "MERCHANT"},
        {"paginationToken": "other"},
    ],
)
def test_a_token_is_refused_with_other_parameters(changes: dict[str, Any]) -> None:
    seller = Seller()
    seller.fill(2)
    token = seller.search(maxResultsPerPage=1).json()["pagination"]["nextToken"]
    answer = seller.search(**{"maxResultsPerPage": 1, "paginationToken": token} | changes)
    assert (answer.status_code, error(answer)["code"]) == (400, "InvalidInput")
    assert len(seller.violations()) == 1


def test_a_token_lives_for_a_day() -> None:
    seller = Seller()
    seller.fill(2)
    token = seller.search(maxResultsPerPage=1).json()["pagination"]["nextToken"]
    seller.clock.turn(86399)
    seller.log_in()
    assert seller.search(maxResultsPerPage=1, paginationToken=token).status_code == 200
    seller.clock.turn(1)
    answer = seller.search(maxResultsPerPage=1, paginationToken=token)
    assert (answer.status_code, error(answer)["details"]) == (400, "token: expired")
    assert seller.violations() == []


def test_an_order_comes_twice_across_pages_and_none_is_left_out() -> None:
    seller = Seller(Rule("repeated_page", "amazon.orders", count=1))
    ids = seller.fill(25)
    first = seller.search(maxResultsPerPage=10).json()
    token = first["pagination"]["nextToken"]
    second = seller.search(maxResultsPerPage=10, paginationToken=token).json()
    assert second["orders"][0] == first["orders"][-1]
    assert seller.search(maxResultsPerPage=10, paginationToken=token).json() == second
    third = seller.search(maxResultsPerPage=10, paginationToken=second["pagination"]["nextToken"]).json()
    seen = [order["orderId"] for page in (first, second, third) for order in page["orders"]]
    assert set(seen) == set(ids)
    assert len(seen) == 26


# ---------------------------------------------------------------- datasets, states


def test_only_the_datasets_asked_for_are_there() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1)
    bare = seller.order(order_id, includedData="FULFILLMENT")
    plain = seller.get(f"{V2026}/{order_id}").json()["order"]
    parts = {"buyer", "recipient", "proceeds", "fulfillment", "packages", "tax", "payment"}
    assert not parts & plain.keys()
    assert parts & bare.keys() == {"fulfillment"}
    assert parts & seller.order(order_id).keys() == parts - {"packages"}
    assert not {"proceeds", "fulfillment"} & plain["orderItems"][0].keys()
    assert "fulfillment" in bare["orderItems"][0]
    assert seller.get(f"{V2026}/{order_id}", includedData="ALL").status_code == 400
    assert seller.get(f"{V2026}/{order_id}", extra="1").status_code == 400


def test_pending_has_no_price_and_no_address_and_its_release_is_an_update() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1, PENDING)
    before = seller.order(order_id)
    assert before["fulfillment"]["fulfillmentStatus"] == "PENDING"
    assert not {"buyer", "recipient", "proceeds", "payment", "tax"} & before.keys()
    assert "price" not in before["orderItems"][0]["product"]
    assert "proceeds" not in before["orderItems"][0]
    assert seller.room.list_forbidden() == {order_id: "never released"}
    v0 = seller.order_v0(order_id)
    assert v0["OrderStatus"] == "Pending"
    assert not {"OrderTotal", "ShippingAddress", "BuyerInfo", "LatestDeliveryDate"} & v0.keys()
    assert "ItemPrice" not in seller.order_v0(order_id, "/orderItems")["OrderItems"][0]
    assert seller.order_v0(order_id, "/address") == {"AmazonOrderId": order_id}
    assert seller.order_v0(order_id, "/buyerInfo") == {"AmazonOrderId": order_id}
    seller.clock.turn(0.2)  # released within the second that it was bought in: its time moves all the same
    seller.room.book.move(seller.room.book.find(order_id), "UNSHIPPED", seller.agenda.catch_up())
    after = seller.order(order_id)
    assert after["lastUpdatedTime"] > before["lastUpdatedTime"]
    assert {"buyer", "recipient", "proceeds"} <= after.keys()
    assert seller.room.list_expected() == {order_id}


def test_time_releases_what_is_pending() -> None:
    seller = Seller()
    seller.fill(20, Shares(awaiting=0.5, processing=0.5, cancelled=0, foreign=0, hostile_ids=0))
    assert set(seller.room.describe()["by_status"]) == {"PENDING", "PENDING_AVAILABILITY"}
    assert seller.room.list_expected() == set()
    seller.clock.turn(6.1)
    assert {order["fulfillment"]["fulfillmentStatus"] for order in seller.orders()} == {"UNSHIPPED"}
    assert len(seller.room.list_expected()) == 20


def test_of_the_cancelled_every_other_is_its_buyers_wish() -> None:
    seller = Seller()
    seller.fill(4, Shares(awaiting=0, processing=0, cancelled=1, foreign=0, hostile_ids=0))
    assert [order for order in seller.orders() if "cancellation" in order["orderItems"][0]] == []
    seller.clock.turn(3.1)
    orders = seller.orders()
    wished = [order for order in orders if "cancellation" in order["orderItems"][0]]
    assert [order["fulfillment"]["fulfillmentStatus"] for order in wished] == ["UNSHIPPED"] * 2
    wish = wished[0]["orderItems"][0]["cancellation"]["cancellationRequest"]
    assert wish == {"requester": "BUYER", "cancelReason": "No longer needed"}
    (item, *_) = seller.order_v0(wished[0]["orderId"], "/orderItems")["OrderItems"]
    assert item["BuyerRequestedCancel"]["IsBuyerRequestedCancel"] == "true"
    assert len(seller.orders(fulfillmentStatuses="CANCELLED")) == 2
    assert seller.room.list_expected() == set()
    assert len(seller.room.list_forbidden()) == 2


def test_money_is_text_and_adds_up() -> None:
    seller = Seller()
    seller.fill(60)
    for order in seller.orders():
        total = 0
        for item in order["orderItems"]:
            parts = [cents(part["subtotal"]) for part in item["proceeds"]["breakdowns"]]
            assert sum(parts) == cents(item["proceeds"]["proceedsTotal"])
            assert parts[0] == item["quantityOrdered"] * cents(item["product"]["price"]["unitPrice"])
            total += sum(parts)
        assert cents(order["proceeds"]["grandTotal"]) == total
        assert sum(cents(part["subtotal"]) for part in order["proceeds"]["breakdowns"]) == total


@pytest.mark.parametrize("sign", [-1, 1])
def test_promotions_have_the_sign_of_the_dial(sign: int) -> None:
    seller = Seller(discounts=sign)
    seller.fill(60)
    found = 0
    for order in seller.orders():
        for item in order["orderItems"]:
            for part in item["proceeds"]["breakdowns"]:
                if part["type"] == "DISCOUNT":
                    found += 1
                    assert cents(part["subtotal"]) * sign > 0
                    assert item["promotion"]["breakdowns"]
    assert found


def cents(money: dict[str, str]) -> int:
    assert money["currencyCode"] == "EUR"
    whole, _, rest = money["amount"].partition(".")
    assert len(rest) == 2
    return int(whole + rest)


# ---------------------------------------------------------------- v0


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"MarketplaceIds": ""}, {"MarketplaceIds"}),
        ({"lastUpdatedAfter": "2026-11-01T00:00:00Z"}, {"lastUpdatedAfter"}),
        ({"CreatedAfter": "2026-11-01T00:00:00Z"}, {"LastUpdatedAfter"}),
        ({"OrderStatuses": "UNSHIPPED"}, {"OrderStatuses"}),
        ({"FulfillmentChannels": "MERCHANT"}, {"FulfillmentChannels"}),
        ({"AmazonOrderIds": "1-2-3"}, {"AmazonOrderIds"}),
        ({"SellerOrderId": "x"}, {"LastUpdatedAfter"}),
        ({"IsISPU": "true"}, {"IsISPU"}),
    ],
)
def test_v0_is_as_strict(params: dict[str, str], named: set[str]) -> None:
    seller = Seller()
    answer = seller.search_v0(**params)
    assert answer.status_code == 400
    assert {part.split(":")[0] for part in error(answer)["details"].split("; ")} == named
    assert len(seller.violations()) == 1


def test_v0_has_its_wrapper_its_filters_and_its_pages() -> None:
    seller = Seller()
    ids = seller.fill(12, Shares(awaiting=0, processing=0, cancelled=0, foreign=0.25, hostile_ids=0))
    whole = seller.search_v0().json()
    assert set(whole) == {"payload"}
    assert set(whole["payload"]) == {"Orders", "LastUpdatedBefore"}
    assert {order["AmazonOrderId"] for order in whole["payload"]["Orders"]} == set(ids)
    assert len(seller.search_v0(FulfillmentChannels="AFN").json()["payload"]["Orders"]) == 3
    assert len(seller.search_v0(OrderStatuses="Unshipped").json()["payload"]["Orders"]) == 12
    assert seller.search_v0(PaymentMethods="COD").json()["payload"]["Orders"] == []
    assert len(seller.search_v0(AmazonOrderIds=",".join(ids[:2])).json()["payload"]["Orders"]) == 2
    reference = whole["payload"]["Orders"][0]["SellerOrderId"]
    created = {"CreatedAfter": "2026-11-01T00:00:00Z", "MarketplaceIds": PLACES, "SellerOrderId": reference}
    assert len(seller.get(V0, **created).json()["payload"]["Orders"]) == 1
    first = seller.search_v0(MaxResultsPerPage=10).json()["payload"]
    second = seller.search_v0(MaxResultsPerPage=10, NextToken=first["NextToken"]).json()["payload"]
    assert len(second["Orders"]) == 2
    assert "NextToken" not in second


def test_a_v0_token_alone_or_spoilt_is_400_with_a_null_message() -> None:
    seller = Seller()
    seller.fill(2)
    token = seller.search_v0(MaxResultsPerPage=1).json()["payload"]["NextToken"]
    spoilt = seller.search_v0(MaxResultsPerPage=1, NextToken=token.replace("+", " "))
    assert (spoilt.status_code, error(spoilt)["code"], error(spoilt)["message"]) == (400, "InvalidInput", None)
    assert seller.get(V0, NextToken=token).status_code == 400


def test_v0_items_have_a_price_for_the_whole_quantity_and_pages_of_their_own() -> None:
    seller = Seller()
    seller.fill(30)
    order = next(one for one in seller.orders() if len(one["orderItems"]) == 3)
    seller.room.turn(items_page=2)
    first = seller.order_v0(order["orderId"], "/orderItems")
    assert [len(first["OrderItems"]), first["AmazonOrderId"]] == [2, order["orderId"]]
    token = quote(first["NextToken"], safe="")
    second = seller.order_v0(order["orderId"], f"/orderItems?NextToken={token}")
    assert (len(second["OrderItems"]), "NextToken" in second) == (1, False)
    for theirs, ours in zip(first["OrderItems"] + second["OrderItems"], order["orderItems"], strict=True):
        unit = cents(ours["product"]["price"]["unitPrice"])
        assert theirs["ItemPrice"] == {
            "CurrencyCode": "EUR",
            "Amount": f"{unit * ours['quantityOrdered'] / 100:.2f}",
        }


@pytest.mark.parametrize("form", [V2026, V0])
def test_an_id_is_three_seven_seven_and_known(form: str) -> None:
    seller = Seller()
    assert seller.get(f"{form}/123").status_code == 400
    assert len(seller.violations()) == 1
    missing = seller.get(f"{form}/123-1234567-1234567")
    assert (missing.status_code, error(missing)["code"]) == (404, "NotFound")
    assert len(seller.violations()) == 1


# ---------------------------------------------------------------- room faults, plants


def test_a_late_order_is_found_by_its_id_and_in_lists_only_later() -> None:
    seller = Seller(Rule("late_order", "amazon.order_created", seconds=3))
    (order_id,) = seller.fill(1)
    assert seller.orders() == []
    updated = seller.order(order_id)["lastUpdatedTime"]
    seller.clock.turn(3)
    (order,) = seller.orders()
    assert order["lastUpdatedTime"] == updated


@pytest.mark.parametrize("form", [V2026, V0])
def test_an_unknown_status_comes_again_changed(form: str) -> None:
    seller = Seller(Rule("unknown_status", "amazon.orders*", count=1, seconds=2))
    (order_id,) = seller.fill(1)

    def tell() -> str:
        if form == V0:
            return str(seller.search_v0().json()["payload"]["Orders"][0]["OrderStatus"])
        return str(seller.orders()[0]["fulfillment"]["fulfillmentStatus"])

    before = seller.order(order_id)["lastUpdatedTime"]
    assert tell() in {"ON_HOLD", "OnHold"}
    assert tell() in {"UNSHIPPED", "Unshipped"}
    seller.clock.turn(2)
    assert tell() in {"UNSHIPPED", "Unshipped"}
    assert seller.order(order_id)["lastUpdatedTime"] > before


@pytest.mark.parametrize("kind", PLANTS)
def test_a_planted_fault_shows_and_is_undone_by_its_good_value(kind: str) -> None:
    seller = Seller()
    (order_id,) = seller.fill(1, plant=1, kinds=(kind,))
    (plant,) = seller.room.plants
    held = seller.room.book.find(order_id)
    assert not seller.room.is_repaired(plant)
    assert seller.room.list_expected() == set()
    shown = seller.order(order_id)
    assert read_path(shown, plant.field) != plant.good
    if kind == "currency_unknown":
        assert shown["orderItems"][0]["proceeds"]["proceedsTotal"]["currencyCode"] == "EUX"
    set_path(held.wire, plant.field, plant.good)
    assert seller.room.is_repaired(plant)
    assert read_path(seller.order(order_id, includedData=ALL), plant.field) == plant.good


def test_the_control_api_sees_the_whole_order_and_changes_it() -> None:
    seller = Seller()
    (order_id,) = seller.fill(1, PENDING)
    whole = seller.room.show_order(order_id)
    assert whole["recipient"]["deliveryAddress"]["addressLine1"]
    before = seller.order(order_id)["lastUpdatedTime"]
    changes = {"recipient.deliveryAddress.city": "Lyon", "orderItems.*.product.title": "Lampe"}
    seller.room.change_order(order_id, {"set": changes, "status": "UNSHIPPED"}, seller.clock())
    after = seller.order(order_id)
    assert after["lastUpdatedTime"] > before
    assert (after["recipient"]["deliveryAddress"]["city"], after["orderItems"][0]["product"]["title"]) == (
        "Lyon",
        "Lampe",
    )
    for wrong in ({"status": "Unshipped"}, {"set": {"orderId": "1"}}, {"set": {"nowhere.city": "Lyon"}}):
        with pytest.raises((ValueError, KeyError)):
            seller.room.change_order(order_id, wrong, seller.clock())
    assert seller.room.show_order("111-1111111-1111111") is None


def test_ids_are_one_of_a_kind_whatever_the_samples_are() -> None:
    seller = Seller()
    ids = seller.fill(300, Shares(awaiting=0, processing=0, cancelled=0, foreign=0, hostile_ids=0.5))
    assert len(set(ids)) == 300
    items = [item["orderItemId"] for order_id in ids[:60] for item in seller.order(order_id)["orderItems"]]
    assert len(set(items)) == len(items)
