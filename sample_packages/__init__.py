"""What is published: small projects described as data (`catalogue`), and what makes files of them."""
