"""Who may read and do what: the table of rights, in one place.

The rights of a request are read by every QuerySet that filters what is shown (``visible_to``). The tree of
territories and the rights of the public are kept in memory under the token of the version (``structures.version``),
which whoever writes a territory changes; what a reader has of their own is read at each request, in one query.

Being a partner is being an active member of a structure, or a coordinator; it holds in the territory of the
structure, in those that contain it and in those that it contains, not next door: what is shared was agreed between
these partners.
"""

import time
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Value

from structures.models import Coordination, Membre, Territoire, Version
from structures.version import draw_jeton, read_version

MAX_AROUND = 12


@dataclass(frozen=True)
class Droits:
    """What one reader may read and do; ids of territories. ``territoires`` is the whole tree, by id.

    ``version`` is the (number, token) that they were read under: what is made from them may be kept under the token.
    Those of the public serve many requests: their instances are never changed.
    """

    user: object
    territoires: dict
    version: tuple
    territoires_publics: frozenset = frozenset()
    territoires_partenaires: frozenset = frozenset()
    territoires_coordonnes: frozenset = frozenset()
    territoires_membre: frozenset = frozenset()

    @cached_property
    def territoires_lus(self):
        """Territories of which the reader sees at least the public part."""
        return self.territoires_publics | self.territoires_partenaires

    @property
    def is_admin(self):
        return self.user.is_authenticated and self.user.is_superuser

    def is_partner_of(self, structure):
        """Tell whether the partner-only part of ``structure`` may be read."""
        return structure.territoire_id in self.territoires_partenaires

    def scope_of(self, territoire):
        """Ids of the territories whose structures appear in ``territoire`` for this reader.

        These are its ancestors, itself and its descendants, less those that the reader may not read.
        """
        return frozenset(related_ids(territoire, self.territoires) & self.territoires_lus)

    @cached_property
    def open_territoires(self):
        """The répertoires that this reader may open."""
        return [t for t in self.territoires.values() if t.ouvert and t.pk in self.territoires_lus]

    @cached_property
    def open_slugs(self):
        """The same by slug."""
        return {territoire.slug: territoire for territoire in self.open_territoires}

    @cached_property
    def vocabulaire_versions(self):
        """The versions of the words of all territories (``structures.vocabulaires``)."""
        return tuple(territoire.vocabulaire_version for territoire in self.territoires.values())

    @cached_property
    def around(self):
        """Memory of ``open_around``, by id of territory."""
        return {}

    def open_around(self, territoire):
        """The other répertoires to propose: those that contain this one, those next door, those inside it.

        At most ``MAX_AROUND``: a département has hundreds of communes, and a menu is not an index.
        """
        if territoire is None:
            return self.open_territoires[:MAX_AROUND]
        if (known := self.around.get(territoire.pk)) is not None:
            return known
        ancestors = set(territoire.ancestor_ids)
        near = {territoire.pk, territoire.parent_id}

        def distance(other):
            return 0 if other.pk in ancestors else 1 if other.parent_id in near else 2

        found = sorted(self.open_territoires, key=lambda t: (distance(t), t.nom))[:MAX_AROUND]
        return self.around.setdefault(territoire.pk, found)

    @cached_property
    def default_territoire(self):
        """The répertoire to open when the address names none: one's own, else the installation's.

        None when no répertoire is kept in any readable territory.
        """

        def preference(territoire):
            mine, given = (
                territoire.pk in self.territoires_membre,
                territoire.slug == settings.TERRITOIRE_PAR_DEFAUT,
            )
            return not mine, not given, -len(territoire.ancestor_ids)

        return min(self.open_territoires, key=preference, default=None)


def load_droits(user):
    """Return the Droits of a user (or of AnonymousUser), in one query once the territories are in memory."""
    if not user.is_authenticated:
        return keep_public_droits(*read_version())
    if user.is_superuser:
        public = keep_public_droits(*read_version())
        everything = frozenset(public.territoires)
        return replace(
            public, user=user, territoires_partenaires=everything, territoires_coordonnes=everything
        )
    public, mine, coordinated = read_own_territories(user)
    tree = public.territoires
    return replace(
        public,
        user=user,
        territoires_partenaires=frozenset(pk for t in mine + coordinated for pk in related_ids(t, tree)),
        territoires_coordonnes=frozenset(pk for t in coordinated for pk in descendant_ids(t, tree)),
        territoires_membre=frozenset(t.pk for t in mine),
    )


def read_own_territories(user):
    """Return the Droits of the public, and the territories that a user belongs to and coordinates, in one query."""
    nothing, member, coordinator = (Value(kind, BigIntegerField()) for kind in range(3))
    memberships = Membre.objects.active().filter(user=user).exclude(structure__statut="archivee").order_by()
    rows = list(
        Version.objects.values_list("numero", "jeton", nothing).union(
            memberships.values_list("structure__territoire_id", nothing, member),
            Coordination.objects.filter(user=user)
            .order_by()
            .values_list("territoire_id", nothing, coordinator),
        )
    )
    public = keep_public_droits(*next(((numero, jeton) for numero, jeton, kind in rows if kind == 0), (0, 0)))
    # A territory may have been born since the tree was read.
    own = [(public.territoires[pk], kind) for pk, _, kind in rows if kind and pk in public.territoires]
    return public, [t for t, kind in own if kind == 1], [t for t, kind in own if kind == 2]


def keep_public_droits(numero, jeton):
    """Return the Droits of who is not logged in, kept in memory under a version.

    Without a token (nothing was written through the models yet), nothing is kept: a new one is drawn each time. The
    minute is for what is written past the models (fixtures, SQL by hand), which is seen a minute later.
    """
    return read_public_droits((numero, jeton or draw_jeton()), read_minute())


@lru_cache(maxsize=4)
def read_public_droits(version, minute):
    """Read the tree of territories, and the rights that it gives to all. The arguments make the memory's key."""
    tree = {territoire.pk: territoire for territoire in Territoire.objects.defer("charte", "presentation")}
    for territoire in tree.values():
        territoire.is_shared = True
    public = frozenset(pk for pk, t in tree.items() if t.acces == Territoire.Acces.PUBLIC)
    return Droits(AnonymousUser(), tree, version, public)


def read_minute():
    return int(time.monotonic() // 60)


def descendant_ids(territoire, tree):
    """Ids of a territory and of all that it contains; nothing of a territory that has no path yet."""
    path = territoire.chemin
    return {pk for pk, other in tree.items() if other.chemin.startswith(path)} if path else {territoire.pk}


def related_ids(territoire, tree):
    """Ids of the territories that contain a territory, of itself and of those that it contains."""
    return set(territoire.ancestor_ids) | descendant_ids(territoire, tree)


def public_droits():
    """Return the rights of a reader who is not logged in (booklets, exports, sheets for everybody)."""
    return load_droits(AnonymousUser())
