"""Running notebooks: what a room with a notebook can do more than a text.

`extension` joins the pieces to a room: `calls` answers pages, `runner` runs cells one after the other and tells how
things stand, `runs` is the queue as plain data, `comms` carries widgets' messages. What a kernel prints becomes
outputs in `outputs`, resolved as a terminal would (`terminal`), bounded (`limits`), and written into the document in
batches by `writer`, which finds its cells through `cells`.
"""
