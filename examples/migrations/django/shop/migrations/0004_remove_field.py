from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_changes_back")]
    operations = [migrations.RemoveField("order", "approve_me")]
