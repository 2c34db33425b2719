"""Write the reference pages into `docs/reference`."""

from reference.pages import write

for path in write():
    print(path)
