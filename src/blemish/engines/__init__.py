"""What runs the chunks of a job."""
