"""重摇: draw a published draw again and compare. Nothing but Python itself, so that anybody can read and run it."""
