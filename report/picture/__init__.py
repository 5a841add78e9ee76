"""The architecture picture: a graph that elkjs lays out, drawn as SVG."""
