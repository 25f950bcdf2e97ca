"""python -m analysis"""

from analysis.pipeline.surroundings import leave_strangers

if __name__ == "__main__":
    leave_strangers()

    from analysis.cli import main
    from analysis.pipeline.ending import leave

    leave(main())
