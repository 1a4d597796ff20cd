"""Arguments that a command has on AWS and locally; apart, so that reading them needs no library."""

import argparse
import os


def add_erasure(one: argparse.ArgumentParser) -> None:
    """What is to be erased, on AWS and locally."""
    one.add_argument("what", nargs="?", choices=["replay"], help="erase again what the log holds")
    one.add_argument("--post", action="append", default=[], help="id of a post; may be repeated")
    one.add_argument("--author", default="", help="id of an author: all that is stored of them")
    one.add_argument("--brand", action="append", default=[], help="only for this brand")
    one.add_argument("--yes", action="store_true", help="do it; without, only say what would be")


def setting(parser: argparse.ArgumentParser, flag: str, variable: str, says: str) -> None:
    """A flag that an environment variable may stand in for."""
    value = os.environ.get(variable)
    parser.add_argument(
        flag,
        default=value,
        required=not value,
        metavar=f"${variable}",  # so that the usage says which table, and how to say it once
        help=f"{says}; default: ${variable}",
    )
