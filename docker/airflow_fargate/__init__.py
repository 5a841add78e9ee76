"""What runs inside the image around Airflow: configuration, waiting, health, protection, and two sidecars."""
