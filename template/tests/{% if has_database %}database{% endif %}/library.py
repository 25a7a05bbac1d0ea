"""A small service to try the database with: shelves, and books that stand on them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.events import Event
from app.core.feature import Feature, RouterMount
from app.core.listing.answers import cursor_page_of, page_of
from app.core.listing.moments import Moment
from app.core.listing.names import FieldsOf, SortableBy
from app.database.base import Base, Entity
from app.database.dialect import create_migration_engine
from app.database.listing import AtLeast, AtMost, Contains, Cursors, Equals, Filters, Pages
from app.database.repository import Repository
from app.database.session import ReadSession, Work
from app.database.settings import DatabaseSettings


class Mood(StrEnum):
    """What a book does to its readers."""

    CALM = "calm"
    WILD = "wild"


class Library(Entity):
    """Keeps these tables out of the service's own metadata, and so of its migrations."""

    __abstract__ = True

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Shelf(Library):
    """A place for books."""

    __tablename__ = "library_shelves"

    label: Mapped[str] = mapped_column(String(20), unique=True)
    books = relationship("Book", back_populates="shelf", passive_deletes="all")


class Book(Library):
    """A book, of which there is one copy."""

    __tablename__ = "library_books"
    __table_args__ = (
        CheckConstraint("rating >= 1", name="rating"),
        Index("uq_library_books_title_edition", "title", "edition", unique=True),
    )

    title: Mapped[str] = mapped_column(String(100))
    edition: Mapped[int] = mapped_column(default=1)
    mood: Mapped[Mood] = mapped_column(default=Mood.CALM)
    notes: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[int | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    lent_at: Mapped[datetime | None]
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey("library_shelves.id"))
    shelf: Mapped[Shelf | None] = relationship(back_populates="books")


class BookCreate(BaseModel):
    """A new book."""

    title: str
    edition: int = 1
    mood: Mood = Mood.CALM
    notes: str | None = None
    rating: int | None = None
    price: Decimal | None = None
    lent_at: AwareDatetime | None = None
    shelf_id: UUID | None = None


class BookUpdate(BaseModel):
    """What changes of a book; null takes a value away."""

    title: str | None = None
    notes: str | None = None
    rating: int | None = None
    shelf_id: UUID | None = None


class BookResponse(BaseModel):
    """A book."""

    id: UUID
    title: str
    mood: Mood
    notes: str | None
    rating: int | None
    price: Decimal | None
    lent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class BookQuery(Filters):
    """What a list of books can be asked for."""

    mood: Annotated[Mood | None, Equals(Book.mood)] = None
    rated_from: Annotated[int | None, AtLeast(Book.rating)] = None
    lent_before: Annotated[Moment | None, AtMost(Book.lent_at)] = None
    search: Annotated[str | None, Contains(Book.title, Book.notes)] = None
    sort: Annotated[
        str, SortableBy("created_at", "title", "mood", "rating", "price", "lent_at", "edition")
    ] = "-created_at"
    fields: Annotated[str | None, FieldsOf(BookResponse)] = None


class BookPages(BookQuery, Pages):
    """Pages of books."""


class BookCursors(BookQuery, Cursors):
    """All books, one stretch after another."""


class BookAdded(Event):
    """A book has been added."""


class BookRepository(Repository[Book]):
    """The queries about books."""

    model = Book


class ShelfRepository(Repository[Shelf]):
    """The queries about shelves."""

    model = Shelf


async def create_tables(settings: DatabaseSettings) -> None:
    """Make these tables beside those of the service."""
    engine = create_migration_engine(settings)
    async with engine.begin() as connection:
        await connection.run_sync(Library.metadata.create_all)
    await engine.dispose()


router = APIRouter(prefix="/books", tags=["books"])


@router.get("", response_model=page_of(BookResponse))
async def list_books(query: Annotated[BookPages, Query()], session: ReadSession) -> Response:
    found = await BookRepository(session).page(query, show=BookResponse)
    return query.respond(found, BookResponse)


@router.get("/stream", response_model=cursor_page_of(BookResponse))
async def stream_books(query: Annotated[BookCursors, Query()], session: ReadSession) -> Response:
    found = await BookRepository(session).cursor_page(query, show=BookResponse)
    return query.respond(found, BookResponse)


@router.post("", status_code=201, response_model=BookResponse)
async def add_book(data: BookCreate, work: Work) -> Book:
    book = await BookRepository(work.session).add(Book(**data.model_dump()))
    await work.events.emit(BookAdded())
    return book


@router.patch("/{book_id}", response_model=BookResponse)
async def change_book(book_id: UUID, data: BookUpdate, work: Work) -> Book:
    books = BookRepository(work.session)
    book = await books.require(book_id)
    return await books.update(book, data.model_dump(exclude_unset=True))


@router.delete("/{book_id}", status_code=204)
async def remove_book(book_id: UUID, work: Work) -> None:
    books = BookRepository(work.session)
    await books.delete(await books.require(book_id))


library = Feature(name="library", routers=(RouterMount(router),))
