"""Sandboxes made by bubblewrap on this machine: no daemon, no image, milliseconds to start.

`runner` is the way in, `launch` does its work; `command` says what a sandbox looks like from inside, `records` and
`places` what is kept where on disk so that any hub can find a running sandbox, `runtime` what of our own code goes
inside, `proxy` the network's only way out, `checks` what the machine must offer.
"""
