from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_harmless")]
    operations = [
        migrations.RenameField("order", "status", "state"),
        migrations.AlterUniqueTogether("order", set()),
        migrations.RemoveConstraint("order", "total_not_negative"),
    ]
