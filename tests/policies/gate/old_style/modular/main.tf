# The relevant resources are in a module without source here.
module "network" {
  source = "./network"
  cidr   = "10.0.0.0/16"
}

resource "aws_db_instance" "metadata" {
  engine                 = "postgres"
  instance_class         = "db.t2.micro"
  allocated_storage      = 20
  username               = "airflow"
  password               = "${file("password.txt")}"
  publicly_accessible    = true
  vpc_security_group_ids = [module.network.database_group]
}
