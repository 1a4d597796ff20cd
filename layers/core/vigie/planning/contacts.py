"""contacts.yaml: where each person of the plan is reached. Read on the deployer's machine alone."""

from pathlib import Path

from vigie.planning.models import ContactModel
from vigie.planning.problems import Problem, WrongPlan, shown
from vigie.planning.reading import read_yaml, validate


def read_contacts(path: Path | str) -> dict[str, ContactModel]:
    """Addresses by person. Raises `WrongPlan` with every problem, OSError when it cannot be
    opened."""
    data, problems = read_yaml(Path(path).read_bytes().decode("utf-8", "replace"))
    contacts: dict[str, ContactModel] = {}
    if not problems and not isinstance(data, dict):
        problems.append(
            Problem(
                path="the file",
                found=shown(data),
                expected="a mapping of people's ids to their addresses",
                mend="start from contacts.yaml.example",
            )
        )
    elif isinstance(data, dict):
        for person, addresses_of in data.items():
            contact, wrong = validate(ContactModel, addresses_of, str(person))
            problems.extend(wrong)
            if contact:
                contacts[str(person)] = contact
    if problems:
        raise WrongPlan(str(path), tuple(problems))
    return contacts


def addresses_of(contacts: dict[str, ContactModel]) -> dict[str, dict[str, str]]:
    """The same as `{person: {channel: address}}`, without what is not there."""
    return {
        person: {
            channel: address
            for channel, address in contact.model_dump().items()
            if address is not None
        }
        for person, contact in contacts.items()
    }
