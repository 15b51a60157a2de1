from django.db import migrations, models


def fill(apps, schema_editor):
    customer, order = apps.get_model("shop", "Customer"), apps.get_model("shop", "Order")
    customer.objects.bulk_create(customer(email=f"{n}@example.com") for n in range(100))
    first = customer.objects.order_by("id").first()
    order.objects.bulk_create(order(customer=first, status="open", total=n) for n in range(100))
    order.objects.filter(total__lt=10).update(status="drop table")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "total", models.DecimalField(max_digits=10, decimal_places=2, default=0), preserve_default=False),
        migrations.AddField("order", "quantity", models.IntegerField(default=1)),
        migrations.AddField("order", "paid", models.BooleanField(default=False)),
        migrations.RenameField("order", "state", "status"),
        migrations.AlterField("order", "status", models.CharField(max_length=20, db_index=True)),
        migrations.AlterUniqueTogether("order", {("customer", "id")}),
        migrations.AddConstraint("order", models.CheckConstraint(check=models.Q(total__gte=0), name="total_not_negative")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL("CREATE VIEW open_orders AS SELECT id FROM shop_order WHERE status = 'open'", migrations.RunSQL.noop),
    ]
