"""The way of a request to the vendor's API and back: the layers around it, and the short way through all of them."""
