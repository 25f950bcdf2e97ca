"""What the files of a social return model share: records without unknown fields, and quantities that a formula gives."""

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A record without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(Strict):
    """A quantity that a formula determines."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    formula: str
    unit: str
    decimals: int = 0
