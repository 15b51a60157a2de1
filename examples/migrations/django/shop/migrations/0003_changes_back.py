from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_harmless")]
    operations = [
        migrations.AlterField("order", "quantity", models.BigIntegerField(default=1)),
        migrations.RenameField("order", "status", "state"),
        migrations.AlterUniqueTogether("order", set()),
        migrations.RemoveConstraint("order", "total_not_negative"),
    ]
