from django.db import models


class Customer(models.Model):
    email = models.EmailField(unique=True)


class Order(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE)
    state = models.CharField(max_length=20, db_index=True)
    quantity = models.BigIntegerField(default=1)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    paid = models.BooleanField(default=False)
