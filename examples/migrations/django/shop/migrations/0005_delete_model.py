from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_remove_field")]
    operations = [migrations.DeleteModel("Kept")]
