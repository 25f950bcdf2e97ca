"""What the files of a social return model share: records without unknown fields, and quantities that a formula gives."""

from pydantic import Field

from analysis.files import Strict


class Quantity(Strict):
    """A quantity that a formula determines."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    formula: str
    unit: str
    decimals: int = 0
