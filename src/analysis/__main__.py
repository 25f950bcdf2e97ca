"""python -m analysis"""

from analysis.cli import main
from analysis.pipeline.ending import leave

leave(main())
