"""Passwords and addresses are changed by those who know or prove what they should, and what that ends."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from support.rows import MovableClock

from carrel.domain.accounts import Account, AccountInvalid
from carrel.domain.credentials import (
    CurrentPasswordIncorrect,
    EmailInUse,
    EmailInvalid,
    LinkKind,
    NoAccountWithEmail,
    PasswordIncorrect,
    PasswordRefused,
    ResetInvalid,
    TooManyMails,
    VerificationRefused,
)
from carrel.domain.embed_sessions import AuthTokenUnknown, EmbedScope, EmbedSessionUnknown, TooManyAttempts
from carrel.domain.principals import AccountPrincipal
from carrel.domain.web_sessions import SignInFailed, SignInRequired, TooManySignIns
from carrel.services.accounts import AccountDraft, Accounts
from carrel.services.auth_tokens import AuthTokens
from carrel.services.credentials import RESETS_OF_API_V1, RESETS_OF_PAGES, Credentials, ResetTerms
from carrel.services.embed_sessions import EmbedSessions
from carrel.services.passwords import Passwords
from carrel.services.settings import SiteSettings
from carrel.services.sign_up import SignUp, SignUpDraft
from carrel.services.web_sessions import TOKEN_LIFE, Browser, WebSessions
from carrel.store.store import Store
from carrel.store.tables import mailed_links, mails

pytestmark = pytest.mark.anyio

GRACE, PASSWORD, NEW = "grace@example.com", "a password", "nanosecond wire"
HERE = Browser("192.0.2.1")


@pytest.fixture
async def grace(accounts: Accounts) -> Account:
    draft = AccountDraft("Grace", "Hopper", GRACE, PASSWORD, agreed_to_terms=True)
    account, _ = await accounts.create(None, draft, with_key=False)
    return account


async def texts(store: Store) -> list[tuple[str, str, str]]:
    """Address, subject and text of all mails, the oldest first."""
    async with store.read() as transaction:
        found = await transaction.connection.execute(select(mails.c.to, mails.c.subject, mails.c.body))
        return [tuple(row) for row in found]


def reset_code(text: str) -> str:
    return str(re.search(r"https://carrel.example.org/app\?forgot=([0-9a-f-]{36})\n", text)[1])  # type: ignore[index]


def token(text: str, address: str = "grace%40example.com") -> str:
    pattern = rf"https://carrel.example.org/auth/verify#email={address}&token=([a-z0-9]{{16}})\n"
    return str(re.search(pattern, text)[1])  # type: ignore[index]


async def test_a_new_password_leaves_only_the_browser_in_which_it_was_set(
    credentials: Credentials,
    web_sessions: WebSessions,
    embed_sessions: EmbedSessions,
    auth_tokens: AuthTokens,
    grace: Account,
) -> None:
    cookies = [(await web_sessions.sign_in(GRACE, PASSWORD, HERE))[1] for _ in range(2)]
    kept, other = [await web_sessions.verify(cookie) for cookie in cookies]
    auth_token = await auth_tokens.issue(AccountPrincipal(grace.account_id), grace.account_id, PASSWORD)
    pages = [await embed_sessions.enter(grace, one.secret_hash) for one in (kept, other)]
    pages.append(await embed_sessions.open(auth_token, None, None))
    await credentials.set_password(grace.account_id, PASSWORD, NEW, kept=kept, ip=None)
    await web_sessions.verify(cookies[0])
    await embed_sessions.verify(pages[0].bearer.secret)
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookies[1])
    for page in pages[1:]:
        with pytest.raises(EmbedSessionUnknown):
            await embed_sessions.verify(page.bearer.secret)
    assert await auth_tokens.find(auth_token) is None
    with pytest.raises(SignInFailed):
        await web_sessions.sign_in(GRACE, PASSWORD, HERE)
    await web_sessions.sign_in(GRACE, NEW, HERE)


async def test_a_password_is_changed_by_who_knows_it(credentials: Credentials, grace: Account) -> None:
    for _ in range(5):
        with pytest.raises(CurrentPasswordIncorrect):
            await credentials.set_password(grace.account_id, "wrong", NEW, kept=None, ip=None)
    with pytest.raises(TooManySignIns):
        await credentials.set_password(grace.account_id, PASSWORD, NEW, kept=None, ip=None)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("1234567", "Your password must be at least 8 characters long."),
        ("x" * 65, "Your password must be at most 64 characters long."),
        (
            "password1",
            "Your password is too easy to guess. This is a very common password. "
            "Add another word or two. Uncommon words are better.",
        ),
        (
            "x" * 20 + NEW,
            'Your password is too easy to guess. Repeats like "aaa" are easy to guess. '
            "Add another word or two. Uncommon words are better. Avoid repeated words and characters.",
        ),
        (NEW, None),
        ("4@8({[</369&#!1/|0$5+7%2/" * 2, None),
    ],
)
async def test_what_a_new_password_must_be(passwords: Passwords, password: str, problem: str | None) -> None:
    assert await passwords.problem(password) == problem


async def test_a_weak_password_is_not_set(credentials: Credentials, web_sessions: WebSessions, grace: Account) -> None:
    with pytest.raises(PasswordRefused):
        await credentials.set_password(grace.account_id, PASSWORD, "password1", kept=None, ip=None)
    await web_sessions.sign_in(GRACE, PASSWORD, HERE)


async def test_a_mailed_link_sets_a_password_once(
    credentials: Credentials, web_sessions: WebSessions, store: Store, grace: Account
) -> None:
    _, cookie = await web_sessions.sign_in(GRACE, PASSWORD, HERE)
    assert await credentials.request_reset(" Grace@example.com", "192.0.2.1") == (grace.account_id, GRACE)
    to, subject, text = (await texts(store))[-1]
    assert (to, subject) == (GRACE, "Carrel Password Reset")
    code = reset_code(text)
    async with store.read() as transaction:
        assert code not in str((await transaction.connection.execute(select(mailed_links))).all())
    with pytest.raises(PasswordRefused):
        await credentials.reset(code, "password1")
    account = await credentials.reset(code, NEW)
    assert account.account_id == grace.account_id
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookie)
    signed_in, _ = await web_sessions.sign_in(GRACE, NEW, HERE)
    assert GRACE in signed_in.email_address_verified
    for again in (code, "x", ""):
        with pytest.raises(ResetInvalid):
            await credentials.reset(again, NEW)


@pytest.mark.parametrize(("terms", "hours"), [(RESETS_OF_PAGES, 4), (RESETS_OF_API_V1, 1)], ids=["pages", "v1"])
async def test_a_reset_is_good_for_four_hours_and_in_api_v1_for_one(
    credentials: Credentials, store: Store, clock: MovableClock, grace: Account, terms: ResetTerms, hours: int
) -> None:
    """§8.2, `forgot_password`, and B, `auth/password-reset`."""
    codes = []
    for _ in range(2):
        await credentials.request_reset(GRACE, None, terms)
        codes.append(reset_code(text := (await texts(store))[-1][2]))
    assert re.search(rf"within {hours} h:", text), text
    clock.move(timedelta(hours=hours, microseconds=-1))
    async with store.read() as transaction:
        for code in codes:
            assert await credentials.links.find(transaction, LinkKind.RESET, code) is not None
    clock.move(timedelta(microseconds=1))
    for code in codes:
        with pytest.raises(ResetInvalid):
            await credentials.reset(code, NEW)


async def test_a_reset_is_good_only_until_the_password_or_address_changes(
    credentials: Credentials, store: Store, clock: MovableClock, grace: Account
) -> None:
    async def code() -> str:
        clock.move(timedelta(minutes=11))
        await credentials.request_reset(GRACE, None)
        return reset_code((await texts(store))[-1][2])

    earlier = await code()
    await credentials.set_password(grace.account_id, PASSWORD, NEW, kept=None, ip=None)
    before = await code()
    await credentials.set_email_address(grace.account_id, "hopper@example.com", NEW, None)
    for one in (earlier, before):
        with pytest.raises(ResetInvalid):
            await credentials.reset(one, NEW)


async def test_how_often_a_reset_is_mailed(credentials: Credentials, clock: MovableClock, grace: Account) -> None:
    for _ in range(3):
        await credentials.request_reset(GRACE, "192.0.2.1")
    with pytest.raises(TooManyMails, match="for this address; try again in ten minutes"):
        await credentials.request_reset(GRACE, "192.0.2.2")
    clock.move(timedelta(minutes=10))
    await credentials.request_reset(GRACE, "192.0.2.1")
    for number in range(9):
        with pytest.raises(NoAccountWithEmail, match=rf'There is no account with email "{number}@example.com"\.'):
            await credentials.request_reset(f"{number}@example.com", "192.0.2.1")
    with pytest.raises(TooManyMails, match=r"Too many password resets per minute; try again later\."):
        await credentials.request_reset("x@example.com", "192.0.2.1")


async def test_an_address_is_verified_by_the_token_that_was_sent_there(
    credentials: Credentials, accounts: Accounts, store: Store, clock: MovableClock, grace: Account
) -> None:
    welcome = token((await texts(store))[0][2])
    await credentials.send_verification(grace.account_id)
    again = token((await texts(store))[1][2])
    for address, sent, problem in [
        (GRACE, "short", "token is too short"),
        (GRACE, "x" * 16, "tokens do not match"),
        ("other@example.com", welcome, "tokens do not match"),
    ]:
        with pytest.raises(VerificationRefused, match=problem):
            await credentials.verify(address, sent)
    await credentials.verify("Grace@example.com", welcome)
    await credentials.verify(GRACE, again)
    assert GRACE in (await accounts.find(GRACE)).email_address_verified
    await credentials.send_verification(grace.account_id)
    assert len(await texts(store)) == 2
    clock.move(timedelta(hours=24, microseconds=-1))
    await credentials.verify(GRACE, again)
    clock.move(timedelta(microseconds=1))
    with pytest.raises(VerificationRefused):
        await credentials.verify(GRACE, again)


async def test_a_new_address_is_the_accounts_once_the_password_was_given(
    credentials: Credentials, accounts: Accounts, store: Store, grace: Account
) -> None:
    other = AccountDraft("Eve", "E", "eve@example.com", PASSWORD, agreed_to_terms=True)
    await accounts.create(None, other, with_key=False)
    for address, password, error in [
        ("nobody", PASSWORD, EmailInvalid),
        ("hopper@example.com", "short", PasswordRefused),
        ("hopper@example.com", "wrong password", PasswordIncorrect),
        ("Eve@example.com", PASSWORD, EmailInUse),
    ]:
        with pytest.raises(error):
            await credentials.set_email_address(grace.account_id, address, password, None)
    first = token((await texts(store))[0][2])
    await credentials.set_email_address(grace.account_id, "Hopper@example.com", PASSWORD, None)
    to, _, text = (await texts(store))[-1]
    assert to == "hopper@example.com"
    with pytest.raises(VerificationRefused):
        await credentials.verify(GRACE, first)
    await credentials.verify("hopper@example.com", token(text, "hopper%40example.com"))
    assert (await accounts.find("hopper@example.com")).account_id == grace.account_id


DRAFT = SignUpDraft("Ada", "", "ada@example.com", NEW, agreed_to_terms=True, ip="192.0.2.1")


async def test_who_signs_up_is_signed_in(sign_up: SignUp, web_sessions: WebSessions, store: Store) -> None:
    account, cookie = await sign_up.sign_up(DRAFT, HERE)
    assert (await web_sessions.verify(cookie)).account.account_id == account.account_id
    assert account.owner_id is None
    again, _ = await sign_up.sign_up(replace(DRAFT, email_address="Ada@example.com"), HERE)
    assert again.account_id == account.account_id
    token((await texts(store))[0][2], "ada%40example.com")


async def test_everything_wrong_with_signing_up_is_told_at_once(sign_up: SignUp) -> None:
    await sign_up.sign_up(DRAFT, HERE)
    wrong = replace(DRAFT, email_address="nobody", password="short", agreed_to_terms=False)
    taken = replace(DRAFT, password="not the password", agreed_to_terms=False)
    terms = {"agreed_to_terms": "You must agree to the terms of usage."}
    for draft, reason in [
        (
            wrong,
            terms
            | {
                "email_address": "Email address does not appear to be valid.",
                "password": "Your password must be at least 8 characters long.",
            },
        ),
        (taken, terms | {"email_address": 'Email address "ada@example.com" already in use.'}),
    ]:
        with pytest.raises(AccountInvalid) as caught:
            await sign_up.sign_up(draft, HERE)
        assert caught.value.reason == reason


async def test_one_computer_has_so_many_passwords_estimated(sign_up: SignUp) -> None:
    for _ in range(200):
        await sign_up.strength(NEW, "2001:db8::1")
    for work in (sign_up.strength(NEW, "2001:db8::2"), sign_up.sign_up(replace(DRAFT, ip="2001:db8::3"), HERE)):
        with pytest.raises(TooManyAttempts):
            await work
    await sign_up.strength(NEW, "192.0.2.1")


async def test_while_sign_up_is_closed_nobody_signs_up(sign_up: SignUp) -> None:
    closed = replace(sign_up, accounts=replace(sign_up.accounts, site=SiteSettings(open_signup=False)))
    with pytest.raises(AccountInvalid, match="Signing up via email/password is disabled"):
        await closed.sign_up(DRAFT, HERE)


async def test_an_auth_token_signs_a_browser_in_for_as_long_as_it_is_good(
    web_sessions: WebSessions, auth_tokens: AuthTokens, clock: MovableClock, grace: Account
) -> None:
    caller = AccountPrincipal(grace.account_id)
    secret = await auth_tokens.issue(caller, grace.account_id, PASSWORD)
    cookies = [(await web_sessions.redeem(secret, HERE))[1] for _ in range(2)]
    found = await web_sessions.verify(cookies[0])
    assert (found.account.account_id, found.session.impersonator_id) == (grace.account_id, grace.account_id)
    assert found.session.expires == clock.now() + TOKEN_LIFE
    await auth_tokens.revoke(secret)
    for cookie in cookies:
        with pytest.raises(SignInRequired):
            await web_sessions.verify(cookie)


async def test_a_browser_that_a_token_signed_in_is_for_12_hours(
    web_sessions: WebSessions, auth_tokens: AuthTokens, clock: MovableClock, grace: Account
) -> None:
    """§8.3, also where tokens are good for longer."""
    lasting = replace(auth_tokens, site=SiteSettings(auth_token_hours=24))
    secret = await lasting.issue(AccountPrincipal(grace.account_id), grace.account_id, PASSWORD)
    _, cookie = await web_sessions.redeem(secret, HERE)
    clock.move(timedelta(hours=12, microseconds=-1))
    await web_sessions.verify(cookie)
    clock.move(timedelta(microseconds=1))
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookie)
    assert await lasting.find(secret) is not None


@pytest.mark.parametrize(("scope", "single_use"), [(EmbedScope(readonly=True), False), (EmbedScope(), True)])
async def test_a_token_for_less_signs_no_browser_in(
    web_sessions: WebSessions, auth_tokens: AuthTokens, grace: Account, scope: EmbedScope, single_use: bool
) -> None:
    secret = await auth_tokens.issue_scoped(
        AccountPrincipal(grace.account_id), grace.account_id, scope, life=TOKEN_LIFE, single_use=single_use
    )
    for wrong in (secret, "x" * 24):
        with pytest.raises(AuthTokenUnknown):
            await web_sessions.redeem(wrong, HERE)
