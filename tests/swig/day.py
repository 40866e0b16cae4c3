#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day's business through the raw wrapper, with a bank and a host written in Python. `day.py FILE.db`"""
import sys
import threading

import minipay_raw as raw

MORNING = 1763856000000000  # 2025-11-23, 09:00 in Seoul
TODAY = 20251123


class Host:
    def __init__(self):
        self.at = MORNING

    def now(self):
        return self.at

    def key(self, key_id):
        return bytes(range(32)) if key_id == 1 else None


class Bank:
    """Keeps its own books and counts what it is asked."""

    def __init__(self):
        self.orders, self.movements = {}, []
        self.submits = self.queries = 0
        self.down = False
        self.pay = None
        self.called_back = None

    def verify_account(self, bank, account_number, holder):
        return raw.MINIPAY_OK if holder == "Kim Minji" or holder == "Corner Shop" else raw.MINIPAY_HOLDER_MISMATCH

    def submit(self, orders):
        self.submits += 1
        if self.pay:  # a call back into the library
            self.called_back = raw.minipay_run(self.pay, 0, None, None, None)
        answers = [self.carry_out(*order) for order in orders]
        if self.down:
            raise ConnectionError("the line dropped after the bank had done it")
        return answers

    def carry_out(self, reference, direction, amount, currency, bank, account_number):
        assert currency == "KRW" and bank == "004", (currency, bank)
        if account_number == "999":
            return raw.MINIPAY_VERDICT_REFUSED, 0, "account blocked"
        if reference not in self.orders:
            self.orders[reference] = direction, amount
            self.movements.append((len(self.movements) + 1, direction, amount, currency, reference))
        return raw.MINIPAY_VERDICT_DONE, amount, ""

    def query(self, orders):
        self.queries += 1
        return [(raw.MINIPAY_VERDICT_DONE, self.orders[order[0]][1], "") if order[0] in self.orders
                else (raw.MINIPAY_VERDICT_NOT_FOUND, 0, "") for order in orders]

    def statement(self, position, room):
        return self.movements[position:position + room]

    def balance(self, currency):
        sign = {raw.MINIPAY_BANK_COLLECT: 1, raw.MINIPAY_BANK_PAY_OUT: -1}
        return sum(sign[direction] * amount for direction, amount in self.orders.values())


def made(kind, **fields):
    """A struct of the API, set up and filled."""
    struct = getattr(raw, kind)()
    getattr(raw, kind + "_init")(struct)
    for name, value in fields.items():
        setattr(struct, name, value)
    return struct


def expect(status, wanted, error=None):
    assert status == wanted, (raw.minipay_status_name(status), error and (error.field, error.message))


class Installation:
    def __init__(self, path, host, bank):
        storage, config = raw.minipay_storage(), raw.minipay_config()
        error = made("minipay_error")
        raw.minipay_config_init(config)
        expect(raw.minipay_sqlite_storage(made("minipay_sqlite_config", path=path), storage, error), 0, error)
        raw.python_host(host, config.host)
        raw.python_bank(bank, config.bank)
        config.storage = storage
        handle = raw.new_minipay_handle()
        expect(raw.minipay_open(config, handle, error), raw.MINIPAY_OK, error)
        self.pay = raw.minipay_handle_value(handle)
        self.host, self.bank = host, bank

    def id(self):
        made_id = raw.minipay_id()
        expect(raw.minipay_id_generate(self.pay, made_id), raw.MINIPAY_OK)
        return made_id

    def ask(self, call, request, wanted=raw.MINIPAY_OK):
        outcome, error = made("minipay_outcome"), made("minipay_error")
        status = getattr(raw, call)(self.pay, request, 1, outcome, error)
        expect(status, wanted, error)
        return outcome

    def instruction(self, kind, member, other=None, amount=0):
        asked = raw.minipay_instruction()
        raw.minipay_instruction_init(asked, kind)
        asked.id, asked.member_id = self.id(), member
        if other:
            asked.other_id = other
        asked.amount_minor, asked.currency, asked.channel = amount, "KRW", "swig"
        return asked

    def do(self, kind, member, other=None, amount=0, wanted=raw.MINIPAY_OK):
        return self.ask("minipay_execute", self.instruction(kind, member, other, amount), wanted)

    def link(self, owner, account_number, holder, wanted=raw.MINIPAY_OK):
        return self.ask("minipay_account_link", made(
            "minipay_link_request", id=self.id(), owner_id=owner, bank="004", account_number=account_number,
            holder=holder), wanted)

    def balance(self, member):
        wallet = made("minipay_wallet")
        expect(raw.minipay_wallet_get(self.pay, member, "KRW", wallet, None), raw.MINIPAY_OK)
        return wallet.posted_minor

    def run(self):
        expect(raw.minipay_run(self.pay, 0, None, None, None), raw.MINIPAY_OK)

    def audit(self):
        room = 64
        checks, count, clean = raw.new_minipay_audit_checks(room), raw.new_uint32(), raw.new_int32()
        for i in range(room):
            raw.minipay_audit_checks_setitem(checks, i, made("minipay_audit_check"))
        raw.uint32_assign(count, room)
        expect(raw.minipay_audit(self.pay, checks, count, clean, None), raw.MINIPAY_OK)
        found = [raw.minipay_audit_checks_getitem(checks, i) for i in range(raw.uint32_value(count))]
        assert raw.int32_value(clean) == 1, [(check.name, check.detail) for check in found if not check.ok]
        return len(found)


def join(shop):
    member, merchant = shop.id(), shop.id()
    shop.ask("minipay_member_register", made("minipay_member_request", id=member, region="Seoul",
                                             name="Kim Minji", email="minji@example.com"))
    shop.ask("minipay_wallet_open", made("minipay_wallet_request", id=shop.id(), member_id=member,
                                         currency="KRW"))
    shop.ask("minipay_merchant_register", made("minipay_merchant_request", id=merchant, fee_basis_points=250,
                                               currency="KRW", name="Corner Shop"))
    shop.link(merchant, "110-222-333444", "Corner Shop")
    shop.link(member, "110-555-666777", "Kim Minji")
    return member, merchant


def topups(shop, member):
    asked = shop.instruction(raw.MINIPAY_KIND_TOPUP, member, amount=50000)
    for _ in range(2):  # the second time it stands, and the bank is not asked again
        outcome = shop.ask("minipay_execute", asked)
        assert outcome.state == raw.MINIPAY_STATE_DONE and shop.bank.submits == 1
    asked.amount_minor = 60000
    shop.ask("minipay_execute", asked, raw.MINIPAY_ID_REUSED)
    assert shop.balance(member) == 50000 == shop.bank.balance("KRW")


def trouble_at_the_bank(shop, member):
    shop.link(member, "111", "Somebody Else", raw.MINIPAY_HOLDER_MISMATCH)
    blocked = shop.link(member, "999", "Kim Minji").id
    shop.do(raw.MINIPAY_KIND_TOPUP, member, blocked, 10000, raw.MINIPAY_BANK_REFUSED)
    assert shop.balance(member) == 50000
    shop.bank.down, shop.bank.pay = True, shop.pay
    outcome = shop.do(raw.MINIPAY_KIND_TOPUP, member, amount=10000)
    assert outcome.state == raw.MINIPAY_STATE_RUNNING and shop.balance(member) == 50000
    assert shop.bank.called_back == raw.MINIPAY_REENTERED
    shop.bank.down, shop.bank.pay = False, None
    shop.host.at += 60 * 1000000
    shop.run()
    assert shop.bank.queries == 1 and shop.balance(member) == 60000 == shop.bank.balance("KRW")


def payments(shop, member, merchant):
    slip = shop.do(raw.MINIPAY_KIND_PAY, member, merchant, 12000)
    shop.do(raw.MINIPAY_KIND_PAY, member, merchant, 60000, raw.MINIPAY_INSUFFICIENT_FUNDS)
    found = made("minipay_slip")
    expect(raw.minipay_slip_get(shop.pay, slip.id, found, None), raw.MINIPAY_OK)
    assert (found.state, found.amount_minor, found.fee_minor) == (raw.MINIPAY_SLIP_PAID, 12000, 300)
    asked = [shop.instruction(raw.MINIPAY_KIND_PAY, member, merchant, 1000) for _ in range(8)]
    threads = [threading.Thread(target=shop.ask, args=("minipay_execute", one)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.balance(member) == 60000 - 12000 - 8 * 1000


def settlement(shop):
    asked = made("minipay_settlement_request", id=shop.id(), through_date=TODAY, currency="KRW", channel="swig")
    for _ in range(2):  # it pays once
        run, error = made("minipay_settlement"), made("minipay_error")
        expect(raw.minipay_settlement_run(shop.pay, asked, run, error), raw.MINIPAY_OK, error)
        assert (run.state, run.gross_minor, run.fee_minor) == (raw.MINIPAY_STATE_DONE, 20000, 500), run.state
    assert shop.bank.movements[-1][1:3] == (raw.MINIPAY_BANK_PAY_OUT, 19500)
    books = made("minipay_corporate_account")
    expect(raw.minipay_corporate_account_get(shop.pay, "KRW", books, None), raw.MINIPAY_OK)
    assert books.posted_minor == shop.bank.balance("KRW") == 60000 - 19500 and books.in_transit_minor == 0


def main():
    host, bank = Host(), Bank()
    shop = Installation(sys.argv[1], host, bank)
    member, merchant = join(shop)
    topups(shop, member)
    trouble_at_the_bank(shop, member)
    payments(shop, member, merchant)
    settlement(shop)
    checks = shop.audit()
    before = sys.getrefcount(bank)
    raw.minipay_close(shop.pay)
    assert sys.getrefcount(bank) == before - 1, "close gives the bank back"
    print(f"top-ups, payments and a settlement; {checks} checks of the audit are clean")


if __name__ == "__main__":
    main()
