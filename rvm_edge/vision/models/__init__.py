"""Models over the air: from a target to a model that serves, and back again.

Who wants which model (`sources`), how its file comes here (`download`), who vouches for it
(`signature`, `admission`), what is kept of it (`store`), whether it is fit (`trial`), how it takes
over (`swap`) and when it is given up (`watch`) are one module each; `service` puts them in order.
No model is ever loaded in this process: that is the worker's work.
"""
