"""``python -m ipam_progress``: the same as the command ``ipam-progress``."""

from ipam_progress.cli import main

if __name__ == "__main__":
    main(prog_name="ipam-progress")
