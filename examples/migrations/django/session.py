"""The migrations of Django and of an app of its own, through holdfast: session.py URL"""
import sys
from urllib.parse import urlparse

import django
from django.conf import settings
from django.core.management import call_command

url = urlparse(sys.argv[1])
failed = False
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "HOST": url.hostname, "PORT": url.port,
        "NAME": url.path[1:], "USER": url.username, "PASSWORD": url.password or "",
    }},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages", "django.contrib.sessions", "shop"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", SECRET_KEY="an example has none", USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from shop.models import Customer, Order


def step(name, ok):
    global failed
    print("ok" if ok else "FAILED", name, flush=True)
    failed = failed or not ok


def migrate(*target):
    call_command("migrate", *target, verbosity=0)


def applied(app, name):
    return (app, name) in MigrationRecorder(connection).applied_migrations()


migrate("auth")
migrate("admin")
migrate("sessions")
step("Django's own migrations", applied("sessions", "0001_initial"))

migrate("shop", "0003")
step("ours that destroy nothing", applied("shop", "0003_changes_back"))

migrate("shop", "0004")
step("RemoveField, approved", "approve_me" not in [c.name for c in connection.introspection.get_table_description(connection.cursor(), "shop_order")])

try:
    migrate("shop", "0005")
    step("DeleteModel, denied", False)
except Error as e:
    step("DeleteModel, denied", e.__cause__.pgcode == "ZH002")
step("what was denied is not recorded as applied", not applied("shop", "0005_delete_model"))

user = User.objects.create_superuser("ana", password="secret")
session = SessionStore()
session["cart"] = ["delete from carts"]
session.save()
call_command("clearsessions")
step("users and sessions", user.check_password("secret") and SessionStore(session.session_key)["cart"][0] == "delete from carts")

with transaction.atomic():
    customer = Customer.objects.get_or_create(email="ana@example.com")[0]
    try:
        with transaction.atomic():
            Customer.objects.create(email="ana@example.com")
    except Error:
        pass
    order = Order.objects.select_related("customer").select_for_update(of=("self",)).filter(customer__email__icontains="example").first()
    order.state = "dropped"
    order.save(update_fields=["state"])
    customer.order_set.create(state="truncated", total=7)
customer.delete()  # its orders first
step("rows of ours", not Customer.objects.filter(email="ana@example.com").exists() and Order.objects.count() == 100)
connection.close()
sys.exit(failed)
