"""电子证照: the library that holds people's licences, at the wire."""
