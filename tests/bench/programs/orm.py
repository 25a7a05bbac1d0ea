"""The least that has users: FastAPI, SQLAlchemy's ORM on asyncpg, JWT, Argon2id.

No log, no headers, no limits, no metrics, no sessions to revoke.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, Form, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.concurrency import run_in_threadpool

SECRET = "only for measuring, and long enough"
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's

# None waits for another, and none is closed to be opened again.
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=40, max_overflow=0)
open_session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    full_name: Mapped[str | None]
    password_hash: Mapped[str]
    is_active: Mapped[bool]
    is_admin: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class UserResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    full_name: str | None
    is_active: bool
    is_admin: bool
    created_at: datetime


class Page(BaseModel):
    items: list[UserResponse]
    total: int


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


async def get_session() -> AsyncIterator[AsyncSession]:
    async with open_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]


async def current_user(token: BearerToken, session: Session) -> User:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    user = await session.get(User, UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(401)
    return user


Caller = Annotated[User, Depends(current_user)]


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/login")
async def sign_in(
    session: Session, username: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Token:
    user = await session.scalar(select(User).where(User.email == username))
    await session.close()  # others can have the connection while this one hashes
    if user is None:
        raise HTTPException(401)
    try:
        await run_in_threadpool(HASHER.verify, user.password_hash, password)
    except VerifyMismatchError as error:
        raise HTTPException(401) from error
    claims = {"sub": str(user.id), "exp": datetime.now(UTC) + timedelta(hours=1)}
    return Token(access_token=jwt.encode(claims, SECRET, algorithm="HS256"))


@app.get("/users/me", response_model=UserResponse)
async def get_me(caller: Caller) -> User:
    return caller


@app.get("/users", response_model=Page)
async def list_users(
    caller: Caller, session: Session, limit: int = 20, offset: int = 0
) -> dict[str, object]:
    if not caller.is_admin:
        raise HTTPException(403)
    newest = select(User).order_by(User.created_at.desc()).limit(limit).offset(offset)
    return {
        "items": (await session.scalars(newest)).all(),
        "total": await session.scalar(select(func.count()).select_from(User)),
    }
