"""The offline art department: words to motif, motif to layers, layers to a picture."""
