"""Writers of the layouts that detectors read."""
