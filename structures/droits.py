"""Who may read and do what: the table of rights, in one place.

The rights of a request come from one query, whatever the number of territories, and are read by every QuerySet
that filters what is shown (``visible_to``). Being a partner is being an active member of a structure, or a
coordinator; it holds in the territory of the structure, in those that contain it and in those that it contains,
not next door: what is shared was agreed between these partners.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef

from structures.models import Coordination, Membre, Territoire

MAX_AROUND = 12


@dataclass(frozen=True)
class Droits:
    """What one reader may read and do; ids of territories. ``territoires`` is the whole tree, by id."""

    user: object
    territoires: dict
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

    def open_around(self, territoire):
        """The other répertoires to propose: those that contain this one, those next door, those inside it.

        At most ``MAX_AROUND``: a département has hundreds of communes, and a menu is not an index.
        """
        if territoire is None:
            return self.open_territoires[:MAX_AROUND]
        ancestors = set(territoire.ancestor_ids)

        def distance(other):
            inside = other.parent_id == territoire.pk or other.parent_id == territoire.parent_id
            return 0 if other.pk in ancestors else 1 if inside else 2

        return sorted(self.open_territoires, key=lambda t: (distance(t), t.nom))[:MAX_AROUND]

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
    """Return the Droits of a user (or of AnonymousUser), in one query."""
    territoires = Territoire.objects.defer("charte", "presentation")
    if user.is_authenticated and not user.is_superuser:
        mine = Membre.objects.active().filter(user=user, structure__territoire=OuterRef("pk"))
        territoires = territoires.annotate(
            is_mine=Exists(mine.exclude(structure__statut="archivee")),
            is_coordinated=Exists(Coordination.objects.filter(user=user, territoire=OuterRef("pk"))),
        )
    tree = {territoire.pk: territoire for territoire in territoires}
    public = frozenset(pk for pk, t in tree.items() if t.acces == Territoire.Acces.PUBLIC)
    if not user.is_authenticated:
        return Droits(user, tree, public)
    if user.is_superuser:
        return Droits(user, tree, public, frozenset(tree), frozenset(tree))
    mine = [t for t in tree.values() if t.is_mine]
    coordinated = [t for t in tree.values() if t.is_coordinated]
    return Droits(
        user,
        tree,
        public,
        frozenset(pk for t in mine + coordinated for pk in related_ids(t, tree)),
        frozenset(pk for t in coordinated for pk in descendant_ids(t, tree)),
        frozenset(t.pk for t in mine),
    )


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
