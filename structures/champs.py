"""Model fields of our own: folded names, lists, codes, phone and SIRET numbers."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from repertoire.telephones import format_to_type
from structures import validateurs
from structures.referentiels import vocabulaire
from structures.texte import fold


class CleField(models.CharField):
    """The folded form of another field, to sort and search by.

    Worked out at each writing, bulk ones included, and cut to the column: folding makes some texts longer.
    """

    def __init__(self, *args, de, **kwargs):
        self.de = de
        kwargs.setdefault("max_length", 170)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"de": self.de}

    def pre_save(self, model_instance, add):
        key = fold(getattr(model_instance, self.de))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


class CollectionField(models.JSONField):
    """JSON of one ``genre``. Only an empty one counts as empty: a null or a text is refused, never stored."""

    genre = None
    phrase = ""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("default", self.genre)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    @property
    def empty_values(self):
        return [self.genre()]

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not isinstance(value, self.genre):
            raise ValidationError(self.phrase, code="genre")

    def save_form_data(self, instance, data):
        super().save_form_data(instance, self.genre() if data is None else data)  # a field left empty


class ListeField(CollectionField):
    genre = list
    phrase = "Une liste est attendue."


class DictionnaireField(CollectionField):
    genre = dict
    phrase = "Un dictionnaire « nom : valeur » est attendu."


class TextesField(ListeField):
    """A list of texts, typed one per line."""

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not all(isinstance(item, str) and item.strip() for item in value):
            raise ValidationError("Une liste de textes est attendue.", code="liste")

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": LinesField, **kwargs})


class CodesField(ListeField):
    """A list of codes taken from a vocabulary (``structures.referentiels``), stored as a JSON array.

    ``vocabulary`` names it; ``libre=True`` also accepts what is not in it (a paper that no list foresees).
    An empty list means « not filled in », never « all ».
    """

    def __init__(self, *args, vocabulary, libre=False, **kwargs):
        self.vocabulary, self.libre = vocabulary, libre
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["vocabulary"] = self.vocabulary
        if self.libre:
            kwargs["libre"] = True
        return name, path, args, kwargs

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not all(isinstance(item, str) for item in value):
            raise ValidationError("Une liste de textes est attendue.", code="liste")
        if len(set(value)) != len(value):
            raise ValidationError("La même valeur est citée deux fois.", code="double")
        if self.libre:
            return
        known = vocabulaire(self.vocabulary)
        for item in value:
            if item not in known:
                raise ValidationError(
                    "« %(value)s » n’est pas une valeur connue. Par exemple : %(example)s.",
                    code="inconnu",
                    params={"value": item[:60], "example": next(iter(known))},
                )

    def formfield(self, **kwargs):
        if self.libre:
            return super().formfield(**{"form_class": LinesField, **kwargs})
        choices = list(vocabulaire(self.vocabulary).items())
        defaults = {
            "required": not self.blank,
            "label": self.verbose_name,
            "help_text": self.help_text,
            "widget": forms.CheckboxSelectMultiple,
            "choices": choices,
        }
        return forms.MultipleChoiceField(**defaults)


class LinesField(forms.CharField):
    """A list of texts typed one per line."""

    widget = forms.Textarea

    def __init__(self, *args, encoder=None, decoder=None, **kwargs):
        super().__init__(*args, **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        lines = [line.strip() for line in super().to_python(value).splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial, data):
        return (initial or []) != self.to_python(data)


class TelephoneField(models.CharField):
    """A phone number, kept as E.164 or as a short number, typed and shown as people write it."""

    default_validators = [validateurs.validate_telephone]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        try:
            return validateurs.normalize_telephone(value) if value else value
        except ValidationError:
            return value  # the validator says it, with what was typed left in place

    def formfield(self, **kwargs):
        # Longer than the column: people type spaces and dots, which are not kept.
        return super().formfield(**{"form_class": TelephoneFormField, "max_length": 40, **kwargs})


class TelephoneFormField(forms.CharField):
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def prepare_value(self, value):
        return format_to_type(value) if isinstance(value, str) else value


class SiretField(models.CharField):
    """A SIRET, kept as fourteen figures, typed with or without spaces."""

    default_validators = [validateurs.validate_siret]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 14)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        return re.sub(r"[\s.\-]", "", value) if value else value

    def formfield(self, **kwargs):
        return super().formfield(**{"max_length": 40, **kwargs})  # longer than the column, as people type it
