"""How 指尖办 is started and installed: `local/` with embedded servers, the rest of the folder in production."""
