"""A real HTTP server that plays government sites: for tests, the demo and benchmarks.

It is a forward proxy, so registry entries run against it unchanged::

    with Replica() as replica:
        subprocess.run([...], env=os.environ | replica.environment())

A site is one module in `sites/` with one subclass of `Site`; nothing else needs to know of it. The CMS
families are played by the districts in `families/`, which have to be asked for::

    Replica(sites=all_districts())
"""

from tests.replica.replica import Replica

__all__ = ["Replica"]
