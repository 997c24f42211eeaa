"""Forms of signing in."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from teams.models import User

_WRONG = _("The user name or the password is wrong.")


class SignInForm(AuthenticationForm):
    """A wrong name, a wrong password and a closed account answer alike, so nobody learns which names exist."""

    error_messages = {"invalid_login": _WRONG, "inactive": _WRONG}

    def clean_username(self) -> str:
        """A name too long for any account is a wrong one too; the record of failures would not hold it."""
        username: str = self.cleaned_data["username"]
        if len(username) > (User._meta.get_field("username").max_length or 0):
            raise self.get_invalid_login_error()
        return username

    def confirm_login_allowed(self, user: User) -> None:
        """Everybody knows the demonstration's password, so outside of a demonstration it opens nothing."""
        super().confirm_login_allowed(user)
        if user.is_demonstration and not settings.DEMO:
            raise self.get_invalid_login_error()


class PasswordForm(forms.Form):
    """One's own new password, typed twice; the service judges it."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("New password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def rules(self) -> list[str]:
        """What a password must be, in sentences."""
        return password_validators_help_texts()

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError(_("The two new passwords differ."))
        return again
