"""``python -m migrations.remake``"""

from foundation import logs
from migrations.remake import remake

if __name__ == "__main__":
    logs.configure("text")
    logs.logger(__name__).info("initial_migration_written", file=remake().name)
