"""Every page of the server, in the order in which their addresses are compared."""

from shall.serve.pages import overview
from shall.serve.pages.page import Page

PAGES: tuple[Page, ...] = (Page("/", overview.make),)
