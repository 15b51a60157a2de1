import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel("Customer", [("id", models.AutoField(primary_key=True)), ("email", models.EmailField(max_length=254, unique=True))]),
        migrations.CreateModel(
            "Order",
            [
                ("id", models.AutoField(primary_key=True)),
                ("state", models.CharField(max_length=20)),
                ("approve_me", models.TextField(null=True)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="shop.customer")),
            ],
        ),
        migrations.CreateModel("Kept", [("id", models.AutoField(primary_key=True))], options={"db_table": "deny_me"}),
    ]
