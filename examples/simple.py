"""One picture, one recipe: save the picture with the defect, and its mask.

Run it with ``python examples/simple.py``; it writes simple.png and simple_mask.png.
"""

from pathlib import Path

from skimage import data

import blemish as bl
from blemish.images import write_image

image = data.coffee()
sample = bl.recipes.draem(image, rng=0)

write_image(Path("simple.png"), sample.image)
write_image(Path("simple_mask.png"), sample.mask)

defect = sample.defects[0]
print(f"{defect.kind}: {defect.area} px changed, by {defect.contrast:.0f} levels on average")
