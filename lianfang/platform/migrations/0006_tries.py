from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0005_stop_and_keep_the_best'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tries',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('ends', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'tries in a window',
                'verbose_name_plural': 'tries in windows',
            },
        ),
    ]
