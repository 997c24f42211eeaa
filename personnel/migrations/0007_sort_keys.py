"""Sort keys with a space between syllables, and the same without for the search."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lianfang.platform.names import name_keys


def lay_keys(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rows: Any = apps.get_model("personnel", "Member").objects
    batch = []
    for row in rows.only("name").iterator(chunk_size=2000):
        row.name_pinyin, row.name_initials = name_keys(row.name)
        row.name_letters = row.name_pinyin.replace(" ", "")
        batch.append(row)
    rows.bulk_update(batch, ["name_pinyin", "name_letters", "name_initials"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("personnel", "0006_photo_status_sort_key")]

    operations = [migrations.RunPython(lay_keys, migrations.RunPython.noop)]
