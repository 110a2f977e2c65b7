"""Model fields of our own: a list of codes, a phone number."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from structures import validateurs
from structures.referentiels import vocabulaire


class CodesField(models.JSONField):
    """A list of codes taken from a vocabulary (``structures.referentiels``), stored as a JSON array.

    ``vocabulary`` names it; ``libre=True`` also accepts what is not in it (a paper that no list foresees).
    An empty list means « not filled in », never « all ».
    """

    def __init__(self, *args, vocabulary, libre=False, **kwargs):
        self.vocabulary, self.libre = vocabulary, libre
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["vocabulary"] = self.vocabulary
        if self.libre:
            kwargs["libre"] = True
        return name, path, args, kwargs

    def validate(self, value, instance):
        super().validate(value, instance)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("Une liste est attendue.", code="liste")
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
        return validateurs.format_telephone(value) if value and value[0] in "+0123456789" else value
