"""Writers of documents: plain data in, bytes out."""
